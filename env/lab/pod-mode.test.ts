import { expect, test } from '@playwright/test';

import { otherModeProblem, profileProblem, workersProblem } from './pod-mode.ts';

test('bare pods have exactly one node, nested ones as many as are wanted', () => {
  expect(workersProblem({ podMode: 'nested', workers: 3 })).toBeUndefined();
  expect(workersProblem({ podMode: 'bare', workers: 1 })).toBeUndefined();
  expect(workersProblem({ podMode: 'bare', workers: 2 })).toBe(
    'Starting the lab with "--pods bare --nodes 2": a bare node is a hypervisor, and the lab has one. Leave "--nodes" out, or take "--pods nested".',
  );
});

test('a lab is not started over one of the other mode', () => {
  expect(otherModeProblem(undefined, 'bare')).toBeUndefined();
  expect(otherModeProblem('bare', 'bare')).toBeUndefined();
  expect(otherModeProblem('nested', 'bare')).toBe(
    'Starting the lab with "--pods bare": one with "--pods nested" is up, or was begun. Take it down first: "npm run lab -- down".',
  );
});

test('a profile of the other mode is told which commands fit', () => {
  expect(profileProblem('bare', { name: 'lab-bare', podMode: 'neutron-vif' })).toBeUndefined();
  expect(profileProblem('bare', { name: 'lab', podMode: 'nested-vlan' })).toBe(
    'Opening the lab for profile "lab": the profile says podMode "nested-vlan", the lab that is up has "neutron-vif" pods. ' +
      'Run "npm run conformance -- --profile lab-bare", or change the lab with "npm run lab -- down" and "npm run lab -- up --pods nested".',
  );
  expect(profileProblem('nested', { name: 'mine', podMode: 'neutron-vif' })).toContain(
    '"npm run conformance -- --profile lab", or change the lab with "npm run lab -- down" and "npm run lab -- up --pods bare"',
  );
});
