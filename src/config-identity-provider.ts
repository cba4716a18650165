import { z } from 'zod';
import { readKeySet, type IdentityProviderOptions } from './auth/identity-provider.ts';
import { ownIssuer } from './auth/token.ts';
import { ConfigError } from './config-error.ts';

/** The variables of an identity provider beside our own sign-in. */
export const identityProviderVariables = {
  JWKS_FILE: z.string().min(1).optional(),
  JWKS_ISSUER: z.string().min(1).optional(),
  JWKS_AUDIENCE: z.string().min(1).optional(),
  JWKS_EMAIL_CLAIM: z.string().min(1).default('email'),
};

type Values = z.infer<z.ZodObject<typeof identityProviderVariables>>;

/** Keys alone would accept what the provider has signed for somebody else. */
export function identityProviderOptions(values: Values): IdentityProviderOptions | undefined {
  const { JWKS_FILE: keysFile, JWKS_ISSUER: issuer, JWKS_AUDIENCE: audience } = values;
  if (keysFile === undefined) {
    if (issuer ?? audience) throw new ConfigError(['JWKS_FILE: needed with JWKS_ISSUER and JWKS_AUDIENCE']);
    return undefined;
  }
  if (issuer === undefined || issuer === ownIssuer)
    throw new ConfigError([
      'JWKS_ISSUER: needed with JWKS_FILE, the `iss` of the provider, which is not ours',
    ]);
  if (audience === undefined)
    throw new ConfigError([
      'JWKS_AUDIENCE: needed with JWKS_FILE, the `aud` of tokens that are meant for us',
    ]);
  try {
    readKeySet(keysFile);
  } catch (error) {
    throw new ConfigError([`JWKS_FILE: ${(error as Error).message}`]);
  }
  return { keysFile, issuer, audience, emailClaim: values.JWKS_EMAIL_CLAIM };
}
