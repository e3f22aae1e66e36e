/**
 * The client library of Kubernetes as one file. It has about a thousand modules of its own, which every
 * process of a run would load one by one: two seconds of processor time instead of a quarter of one.
 * `bundle.mjs` makes the file.
 */
export * from '../../node_modules/.cache/kuryr-conformance/kubernetes-client.mjs';
