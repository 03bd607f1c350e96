import { Fragment, useEffect, useRef, useState, type ReactNode } from 'react';
import { useFragment, useQuery } from '@apollo/client/react';
import { codesOf } from './client.ts';
import { compareMessages, messagesPage, rowsOf } from './lists.ts';
import { MessageItem } from './message-item.tsx';
import { MorePages } from './more-pages.tsx';
import { ReadMessagesDocument, RoomRowFragmentDoc, type MessageRowFragment } from './operations.generated.ts';
import { keepPlace, readPlace } from './place.ts';
import { dayOf } from './texts.ts';
import { Problem } from './problem.tsx';
import { useSteadyScroll, type Spot } from './steady-scroll.ts';

interface Props {
  readonly roomId: string;
  /** Whether changes of its messages can be told, so that they may be read. */
  readonly isReady: boolean;
  readonly viewerId: string;
}

/** A room from where the reader was, in both directions: older messages above, newer ones below. */
export function RoomView({ roomId, isReady, viewerId }: Props): ReactNode {
  const [place, setPlace] = useState(() => readPlace(roomId));
  const { data, error, loading, fetchMore, refetch } = useQuery(ReadMessagesDocument, {
    variables: { roomId, first: messagesPage, after: place?.cursor || null, last: null, before: null },
    skip: !isReady,
    errorPolicy: 'all',
  });
  const edges = data?.directMessage?.messages?.edges;
  const pageInfo = data?.directMessage?.messages?.pageInfo;
  const all = rowsOf(edges, compareMessages);
  const rows = all.filter(({ threadRootId, isShownInRoom }) => threadRootId === null || isShownInRoom === true);

  const { data: room } = useFragment({
    fragment: RoomRowFragmentDoc,
    fragmentName: 'RoomRow',
    from: { __typename: 'DirectMessage', id: roomId },
  });
  const { unreadCount, lastReadAt } = room.membership ?? {};
  const isUnread = ({ sentAt, author }: MessageRowFragment): boolean =>
    sentAt > (lastReadAt ?? '') && author.userId !== viewerId;
  const firstUnread = (unreadCount ?? 0) > 0 ? rows.find(isUnread) : undefined;

  // A place that the list does not know any more: begin at the newest message.
  const isLost = place !== undefined && edges === undefined && codesOf(error).includes('BAD_USER_INPUT');
  useEffect(() => {
    if (!isLost) return;
    keepPlace(roomId, undefined);
    setPlace(undefined);
  }, [isLost, roomId]);

  const hasNewer = pageInfo?.hasPreviousPage === true;
  const keep = (spot: Spot | undefined): void => {
    const index = all.findIndex(({ id }) => id === spot?.id);
    const newer = new Set(all.slice(index + 1).map(({ id }) => id));
    const cursor = edges?.findLast((edge) => edge.cursor !== '' && newer.has(edge.node.id))?.cursor ?? '';
    keepPlace(roomId, spot && { cursor, messageId: spot.id, above: spot.above });
  };
  const scroller = useRef<HTMLDivElement>(null);
  const start = place && { id: place.messageId, above: place.above };
  useSteadyScroll(scroller, { isLoaded: rows.length > 0, hasNewer, start, onMove: keep });

  const canLoad = pageInfo !== undefined && !loading;
  const [endCursor, startCursor] = [pageInfo?.endCursor || null, pageInfo?.startCursor || null];
  const older = { first: messagesPage, after: endCursor, last: null, before: null };
  const newer = { first: null, after: null, last: messagesPage, before: startCursor };

  return (
    <section className="room" data-room={roomId} aria-labelledby="room-title">
      <RoomHeader title={room.title} topic={room.topic} />
      {error !== undefined && !isLost && <Problem error={error} onRetry={() => void refetch()} />}
      <div className="scroller" ref={scroller} tabIndex={0} role="region" aria-label="Messages">
        <div>
          <MorePages
            hasMore={canLoad && pageInfo.hasNextPage && endCursor !== null}
            load={() => fetchMore({ variables: older })}
          />
          {pageInfo?.hasNextPage === false && <p className="hint">The beginning of the conversation.</p>}
          <Messages rows={rows} roomId={roomId} viewerId={viewerId} firstUnreadId={firstUnread?.id} />
          {loading && rows.length === 0 && <p className="hint">Reading…</p>}
          <MorePages
            hasMore={canLoad && hasNewer && startCursor !== null}
            load={() => fetchMore({ variables: newer })}
          />
        </div>
      </div>
    </section>
  );
}

type Shown = string | null | undefined;

function RoomHeader({ title, topic }: { readonly title: Shown; readonly topic: Shown }): ReactNode {
  return (
    <header>
      <a className="back" href="#/">
        All conversations
      </a>
      <h2 id="room-title">{title ?? 'Conversation'}</h2>
      {topic != null && topic !== '' && <p>{topic}</p>}
    </header>
  );
}

/** With a heading for each day, and messages of one author grouped. */
function Messages({
  rows,
  roomId,
  viewerId,
  firstUnreadId,
}: {
  readonly rows: readonly MessageRowFragment[];
  readonly roomId: string;
  readonly viewerId: string;
  readonly firstUnreadId: string | undefined;
}): ReactNode {
  const days = Map.groupBy(rows, ({ sentAt }) => dayOf(sentAt));
  return [...days].map(([day, messages]) => (
    <section key={day} className="day" aria-label={day}>
      <h3>{day}</h3>
      <ol>
        {messages.map((message, index) => (
          <Fragment key={message.id}>
            {message.id === firstUnreadId && <li className="unread-line">New</li>}
            <MessageItem
              message={message}
              roomId={roomId}
              isOwn={message.author.userId === viewerId}
              isContinued={message.id !== firstUnreadId && continues(message, messages[index - 1])}
            />
          </Fragment>
        ))}
      </ol>
    </section>
  ));
}

const groupedMs = 5 * 60_000;

/** Whether a message follows another of its author so closely that their name need not stand there again. */
function continues(message: MessageRowFragment, before: MessageRowFragment | undefined): boolean {
  if (before === undefined || message.systemType !== null || before.systemType !== null) return false;
  const isSameAuthor = message.author.userId === before.author.userId && message.alias === before.alias;
  return isSameAuthor && Date.parse(message.sentAt) - Date.parse(before.sentAt) < groupedMs;
}
