import type { ReactNode } from 'react';
import { explain } from './client.ts';

/** What went wrong, in words, and a way to try again. */
export function Problem({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }): ReactNode {
  return (
    <p className="problem">
      {explain(error)}{' '}
      <button type="button" onClick={onRetry}>
        Try again
      </button>
    </p>
  );
}
