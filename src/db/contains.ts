import { sql, type SQL } from 'drizzle-orm';

/** True where the text, in lower case already, has the words somewhere in it, in whatever case they are given. */
export function contains(lowerCaseText: SQL, words: string): SQL {
  const pattern = `%${words.trim().replace(/[\\%_]/g, '\\$&')}%`;
  return sql`${lowerCaseText} like lower(${pattern})`;
}
