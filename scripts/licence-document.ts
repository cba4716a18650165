import { readFileSync } from 'node:fs';

/** What may be given on with an MIT program, and asks for no more than its text. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'Bitstream-Vera',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
  '(MIT AND BSD-3-Clause)',
  '(MIT AND Zlib)',
]);
/** Of packages whose description names none, or not by its SPDX name: what the file LICENSE in them is. */
const readByHand: Readonly<Record<string, string>> = {
  'dejavu-fonts-ttf': 'Bitstream-Vera',
  'png-js': 'MIT',
};

interface LockedPackage {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
}

export interface Licensed {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
}

/** Every package that is there at run time, as the lock file has it, by name. */
export function runtimePackages(lockFile = 'package-lock.json'): Licensed[] {
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path, { version, license }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const licence = readByHand[name] ?? license;
      if (licence === undefined || !allowed.has(licence)) {
        throw new Error(
          `${name} is licensed by ${licence ?? 'nothing that it names'}: may it be given on? See scripts/licence-document.ts.`,
        );
      }
      return { name, version, licence };
    })
    .toSorted((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
}

export function licenceDocument(): string {
  const packages = runtimePackages();
  const licences = [...new Set(packages.map(({ licence }) => licence))];
  const rows = licences
    .map((licence) => [licence, packages.filter((each) => each.licence === licence)] as const)
    .toSorted(([, left], [, right]) => right.length - left.length)
    .map(([licence, those]) => `| ${licence} | ${those.length} | ${names(those)} |`);
  return `# Licences

Written by \`npm run generate\` from \`package-lock.json\`: the packages that are there at run time, on whatever platform,
${packages.length} in all. A licence that is not known to be free to give on fails the generation. The program itself is
under the [MIT licence](../LICENSE).

| licence | packages | |
| --- | --- | --- |
${rows.join('\n')}
`;
}

const names = (packages: readonly Licensed[]): string =>
  packages.map(({ name, version }) => `${name}&nbsp;${version}`).join(', ');
