import { readFileSync } from 'node:fs';
import postgres from 'postgres';
const d = process.argv[2]!;
const port = readFileSync(`${d}/cluster/postmaster.pid`, 'utf8').split('\n')[3];
const pw = readFileSync(`${d}/cluster/orders-password`, 'utf8').trim();
const c = postgres(`postgres://orders:${pw}@127.0.0.1:${port}/orders`, { max: 1, onnotice: () => {} });
for (const q of process.argv.slice(3)) {
  const r = await c.unsafe(q);
  if (r[0] && 'QUERY PLAN' in r[0]) console.log(r.map((x) => x['QUERY PLAN']).join('\n'));
  else console.table([...r]);
}
await c.end();
