import { GatewayError } from '../errors.ts';

/** Names the missing permission: upstream only says that the user may not, without saying why. */
export async function explainForbidden<Value>(response: Promise<Value>, message: string): Promise<Value> {
  try {
    return await response;
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'FORBIDDEN') throw error;
    throw new GatewayError('FORBIDDEN', message, error.detail === undefined ? {} : { detail: error.detail });
  }
}
