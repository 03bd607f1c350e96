import { useEffect, type KeyboardEvent, type ReactNode } from 'react';
import { useQuery } from '@apollo/client/react';
import { withEmoji } from './emoji.ts';
import { compareRooms, firstRooms, rowsOf } from './lists.ts';
import { MorePages } from './more-pages.tsx';
import { ListRoomsDocument, type RoomRowFragment } from './operations.generated.ts';
import { Picture } from './picture.tsx';
import { Problem } from './problem.tsx';
import { linkTo } from './route.ts';
import { counted, momentOf, nameOf, shortTimeOf } from './texts.ts';

/** The caller's rooms, newest first. More of them are read as one scrolls. */
export function RoomList({
  isReady,
  openId,
}: {
  readonly isReady: boolean;
  readonly openId: string | undefined;
}): ReactNode {
  const { data, error, loading, fetchMore, refetch } = useQuery(ListRoomsDocument, {
    variables: firstRooms,
    skip: !isReady,
    errorPolicy: 'all',
  });
  const list = data?.viewer.directMessages;
  const rooms = rowsOf(list?.edges, compareRooms);
  const unread = rooms.reduce((sum, { membership }) => sum + (membership?.unreadCount ?? 0), 0);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Inbox` : 'Inbox';
    return () => {
      document.title = 'Inbox';
    };
  }, [unread]);
  const endCursor = list?.pageInfo.endCursor || null;
  const hasMore = list?.pageInfo.hasNextPage === true && endCursor !== null && !loading;
  return (
    <nav aria-label="Conversations" className="rooms" onKeyDown={moveFocus}>
      <h2>
        Conversations <small>{counted(unread, 'unread message')}</small>
      </h2>
      {error !== undefined && <Problem error={error} onRetry={() => void refetch()} />}
      <ul>
        {rooms.map((room) => (
          <RoomItem key={room.id} room={room} isOpen={room.id === openId} />
        ))}
      </ul>
      {list != null && rooms.length === 0 && <p className="hint">No conversations yet.</p>}
      <MorePages hasMore={hasMore} load={() => fetchMore({ variables: { after: endCursor } })} />
    </nav>
  );
}

function RoomItem({ room, isOpen }: { readonly room: RoomRowFragment; readonly isOpen: boolean }): ReactNode {
  const { id, kind, title, lastMessage, lastMessageAt, membership } = room;
  const name = title ?? 'Conversation';
  const unread = membership?.unreadCount ?? 0;
  return (
    <li>
      <a href={linkTo(id)} aria-current={isOpen ? 'page' : undefined} className={unread > 0 ? 'unread' : undefined}>
        <Picture name={name} isGroup={kind === 'GROUP'} />
        <span className="name">{kind === 'SELF' ? `${name} (you)` : name}</span>
        {lastMessageAt !== null && (
          <time dateTime={lastMessageAt} title={momentOf(lastMessageAt)}>
            {shortTimeOf(lastMessageAt)}
          </time>
        )}
        <span className="preview">{previewOf(lastMessage)}</span>
        {unread > 0 && (
          <span className="badge">
            {unread}
            <span className="visually-hidden"> unread</span>
          </span>
        )}
      </a>
    </li>
  );
}

function previewOf(message: RoomRowFragment['lastMessage']): string {
  if (message === null) return 'No messages yet';
  const { author, isDeleted, markup, text } = message;
  if (isDeleted) return 'Message deleted';
  const said = withEmoji(markup?.plainText ?? text);
  return `${nameOf(author).split(' ')[0] ?? ''}: ${said === '' ? 'something without text' : said}`;
}

/** Up and down go from room to room. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const links = [...event.currentTarget.querySelectorAll('a')];
  const next = links[links.indexOf(document.activeElement as HTMLAnchorElement) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
