// The two ends of the packets of a recording. "serve NAME" answers over TCP and UDP with its name;
// "probe PROTOCOL ADDRESS PORT" prints one word: the name that answered, "dropped" or "rejected".
import dgram from 'node:dgram';
import net from 'node:net';
import process from 'node:process';

const port = 8080;
const patienceMs = 1500;
const [, , task, ...words] = process.argv;

if (task === 'serve') serve(words[0] ?? '');
else probe(words[0] ?? '', words[1] ?? '', Number(words[2] ?? port));

/** @param {string} name */
function serve(name) {
  net
    .createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(name);
    })
    .listen(port, '0.0.0.0');
  const datagrams = dgram.createSocket('udp4');
  datagrams.on('message', (_, from) => datagrams.send(name, from.port, from.address));
  datagrams.bind(port, '0.0.0.0');
}

/**
 * @param {string} protocol
 * @param {string} address
 * @param {number} to
 */
function probe(protocol, address, to) {
  const timer = setTimeout(() => say('dropped'), patienceMs);
  /** @param {string} word */
  function say(word) {
    clearTimeout(timer);
    process.stdout.write(`${word}\n`, () => process.exit(0));
  }
  if (protocol === 'udp') {
    const socket = dgram.createSocket('udp4');
    socket.on('error', () => say('rejected'));
    socket.on('message', (text) => say(text.toString()));
    socket.connect(to, address, () => socket.send('?'));
    return;
  }
  let text = '';
  const socket = net.connect({ host: address, port: to });
  socket.on('data', (part) => (text += part.toString()));
  socket.on('end', () => say(text));
  socket.on('error', () => say('rejected'));
}
