import type { ReactNode } from 'react';
import { useQuery } from '@apollo/client/react';
import { ReadReadersDocument } from './operations.generated.ts';
import { Problem } from './problem.tsx';
import { momentOf, nameOf } from './texts.ts';

/** Who has read a message, and when: asked each time it is opened, as reading changes no message. */
export function Readers({ messageId }: { readonly messageId: string }): ReactNode {
  const { data, error, refetch } = useQuery(ReadReadersDocument, {
    variables: { messageId },
    fetchPolicy: 'network-only',
  });
  if (error !== undefined) return <Problem error={error} onRetry={() => void refetch()} />;
  const receipts = data?.readReceipts;
  if (receipts == null) return <p className="readers">Asking…</p>;
  if (!receipts.isAvailable) return <p className="readers">This workspace does not record who has read a message.</p>;
  if (receipts.nodes.length === 0) return <p className="readers">Nobody yet.</p>;
  return (
    <ul className="readers" aria-label="Readers">
      {receipts.nodes.map(({ id, user, readAt }) => (
        <li key={id}>
          {user === null ? 'A deleted account' : nameOf(user)} <time dateTime={readAt}>{momentOf(readAt)}</time>
        </li>
      ))}
    </ul>
  );
}
