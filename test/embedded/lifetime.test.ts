import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../src/db/embedded/start.ts';
import { query } from './processes.ts';
import { makeOpenFolder } from './project.ts';

describe('an embedded server from start to stop', () => {
  let folder: string;
  let dataDirectory: string;

  // One data folder for all; the last test breaks it.
  beforeAll(async () => {
    folder = await makeOpenFolder();
    dataDirectory = path.join(folder, 'data');
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('keeps the data over a clean stop, which leaves no pid file and needs no recovery', async () => {
    const first = await startEmbeddedPostgres({ dataDirectory });
    await query(first.url, "create table kept as select 'Zürich' as city");
    await first.stop();
    expect(existsSync(path.join(dataDirectory, 'cluster/postmaster.pid'))).toBe(false);

    const second = await startEmbeddedPostgres({ dataDirectory });
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'select city, upper(city) from kept')).toEqual([
      { city: 'Zürich', upper: 'ZÜRICH' },
    ]);
    await second.stop();
    const log = readFileSync(path.join(dataDirectory, 'server.log'), 'utf8');
    expect(log).not.toContain('not properly shut down');
    expect(log).not.toContain('FATAL');
  });

  it('is a UTF-8 database with the built-in locale, full durability and a password', async () => {
    const server = await startEmbeddedPostgres({ dataDirectory, maximumConnections: 17 });
    const [settings] = await query(
      server.url,
      `select datlocprovider, datlocale, datctype, pg_encoding_to_char(encoding) as encoding,
         pg_get_userbyid(datdba) = current_user as owned, current_setting('fsync') as fsync,
         current_setting('max_connections') as connections, current_setting('listen_addresses') as addresses,
         current_setting('unix_socket_directories') as sockets, current_setting('data_checksums') as checksums
       from pg_database where datname = current_database()`,
    );
    expect(settings).toEqual({
      datlocprovider: 'b',
      datlocale: 'C.UTF-8',
      datctype: process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8',
      encoding: 'UTF8',
      owned: true,
      fsync: 'on',
      connections: '17',
      addresses: '127.0.0.1',
      sockets: '',
      checksums: 'on',
    });
    const withWrongPassword = new URL(server.url);
    withWrongPassword.password = 'wrong';
    await expect(query(withWrongPassword.toString(), 'select 1')).rejects.toMatchObject({ code: '28P01' });
    await server.stop();
  });

  it('takes another port when the last one is taken', async () => {
    const first = await startEmbeddedPostgres({ dataDirectory, durable: false });
    await first.stop();
    const stranger = createServer().listen(first.port, '127.0.0.1');
    await once(stranger, 'listening');
    const second = await startEmbeddedPostgres({ dataDirectory, durable: false });
    expect(second.port).not.toBe(first.port);
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await second.stop();
    stranger.close();
  });

  it('writes neither statements nor values into its log', async () => {
    const server = await startEmbeddedPostgres({ dataDirectory, durable: false });
    await query(server.url, 'create table people (email text primary key)');
    await query(server.url, "insert into people values ('ada@example.com')");
    await expect(query(server.url, "insert into people values ('ada@example.com')")).rejects.toThrow();
    await expect(query(server.url, "select 'ada@example.com'::int")).rejects.toThrow();
    await server.stop();
    expect(readFileSync(path.join(dataDirectory, 'server.log'), 'utf8')).not.toContain('ada@');
  });

  it('says why when PostgreSQL cannot start', async () => {
    const first = await startEmbeddedPostgres({ dataDirectory, durable: false });
    await first.stop();
    await rm(path.join(dataDirectory, 'cluster/global/pg_control'));
    await expect(startEmbeddedPostgres({ dataDirectory, durable: false })).rejects.toThrow(
      /PostgreSQL did not start [^]*pg_control/,
    );
  });
});
