/** A response other than 200, thrown anywhere below the router. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>) {
    super(`Responds with ${status}.`);
    this.status = status;
    this.body = body;
  }
}

/** A coded error as Rocket.Chat words it: the reason, then the code in brackets. */
export function codedError(code: string, reason?: string, details?: Record<string, unknown>): ApiError {
  const error = reason === undefined ? `[${code}]` : `${reason} [${code}]`;
  return new ApiError(400, { success: false, error, errorType: code, ...(details && { details }) });
}

export const plainFailure = (error?: string): ApiError =>
  new ApiError(400, error === undefined ? { success: false } : { success: false, error });

export const forbidden = (): ApiError => new ApiError(403, { success: false, error: 'unauthorized' });

export const missingPermission = (): ApiError =>
  new ApiError(403, {
    success: false,
    error: 'User does not have the permissions required for this action [error-unauthorized]',
  });

export const unauthenticated = (): ApiError =>
  new ApiError(401, {
    success: false,
    error: 'You must be logged in to do this.',
    status: 'error',
    message: 'You must be logged in to do this.',
  });

export const invalidChannel = (): ApiError => codedError('invalid-channel');
