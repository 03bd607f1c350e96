import { useEffect, useEffectEvent, useRef, type ReactNode } from 'react';
import { useQuery } from '@apollo/client/react';
import { compareMessages, rowsOf } from './lists.ts';
import { MessageItem } from './message-item.tsx';
import { MorePages } from './more-pages.tsx';
import { ReadThreadDocument } from './operations.generated.ts';
import { Problem } from './problem.tsx';
import { goTo, linkTo } from './route.ts';

interface Props {
  readonly roomId: string;
  readonly rootId: string;
  readonly viewerId: string;
  /** Whether changes of its messages can be told, so that they may be read. */
  readonly isReady: boolean;
}

/** The message that started a thread, and its replies, oldest first. */
export function ThreadView({ roomId, rootId, viewerId, isReady }: Props): ReactNode {
  const { data, error, loading, fetchMore, refetch } = useQuery(ReadThreadDocument, {
    variables: { rootId, after: null },
    skip: !isReady,
    fetchPolicy: 'cache-and-network',
    errorPolicy: 'all',
  });
  const root = data?.message;
  const list = root?.thread?.replies;
  const replies = rowsOf(list?.edges, compareMessages);
  const endCursor = list?.pageInfo.endCursor || null;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useEscape(() => goTo(roomId));
  return (
    <section className="thread" aria-labelledby="thread-title">
      <header>
        <h2 id="thread-title" ref={heading} tabIndex={-1}>
          Thread
        </h2>
        <a className="close" href={linkTo(roomId)}>
          Close thread
        </a>
      </header>
      {error !== undefined && <Problem error={error} onRetry={() => void refetch()} />}
      <div className="scroller" tabIndex={0} role="region" aria-label="Replies">
        <ol>
          {[...(root == null ? [] : [root]), ...replies].map((message) => (
            <MessageItem
              key={message.id}
              message={message}
              roomId={roomId}
              isOwn={message.author.userId === viewerId}
              isContinued={false}
              isInThread
            />
          ))}
        </ol>
        {root === null && !loading && <p className="hint">This message does not exist any more.</p>}
        <MorePages
          hasMore={list?.pageInfo.hasNextPage === true && endCursor !== null && !loading}
          load={() => fetchMore({ variables: { after: endCursor } })}
        />
      </div>
    </section>
  );
}

function useEscape(onEscape: () => void): void {
  const escape = useEffectEvent(onEscape);
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') escape();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
}
