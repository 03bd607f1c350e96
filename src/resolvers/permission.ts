import { GatewayError } from '../errors.ts';

/**
 * What the workspace answers, with a refusal of it told in full: it says no more than that this user may not, which helps
 * nobody who did not know that a permission was needed.
 */
export async function needsPermission<Value>(asked: Promise<Value>, message: string): Promise<Value> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'FORBIDDEN') throw error;
    throw new GatewayError('FORBIDDEN', message, error.detail === undefined ? {} : { detail: error.detail });
  }
}
