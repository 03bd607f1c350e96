import { memo, useState, type ReactNode } from 'react';
import { emojiOf } from './emoji.ts';
import type { MessageRowFragment } from './operations.generated.ts';
import { Markup } from './markup.tsx';
import { Picture } from './picture.tsx';
import { Readers } from './readers.tsx';
import { linkTo } from './route.ts';
import { counted, momentOf, nameOf, systemText, timeOf } from './texts.ts';

interface Props {
  readonly message: MessageRowFragment;
  readonly roomId: string;
  readonly isOwn: boolean;
  /** Whether it follows a message of the same author. */
  readonly isContinued: boolean;
  /** In a thread, nothing leads to the thread. */
  readonly isInThread?: boolean;
}

/** One message. Apollo Client keeps the objects of messages that have not changed, so only the others render again. */
export const MessageItem = memo(function MessageItem(props: Props): ReactNode {
  const { message, roomId, isOwn, isContinued, isInThread = false } = props;
  const [showsReaders, setShowsReaders] = useState(false);
  const {
    id,
    author,
    alias,
    sentAt,
    editedAt,
    systemType,
    isDeleted,
    isPinned,
    isUnreadBySomeone,
    thread,
    threadRootId,
  } = message;
  const name = alias ?? nameOf(author);
  if (systemType !== null && !isDeleted && message.encryption === null) {
    return (
      <li data-message={id} className="message system">
        {name} {systemText(systemType, message.text)} <Moment at={sentAt} />
      </li>
    );
  }
  const classes = ['message', isOwn && 'own', isContinued && 'continued'].filter(Boolean).join(' ');
  const rootId = threadRootId ?? (thread === null ? null : id);
  return (
    <li data-message={id} className={classes}>
      <Picture name={name} />
      <div className="body">
        <b className={isContinued ? 'visually-hidden' : 'author'}>{name}</b>
        <Content message={message} />
        <Reactions reactions={message.reactions} />
        {rootId !== null && !isInThread && (
          <a className="to-thread" href={linkTo(roomId, rootId)}>
            {thread === null ? 'Part of a thread' : counted(thread.replyCount, 'reply', 'replies')}
          </a>
        )}
        {showsReaders && <Readers messageId={id} />}
      </div>
      <p className="meta">
        {isPinned && <span>pinned </span>}
        {editedAt !== null && !isDeleted && <span>edited </span>}
        <Moment at={sentAt} />
        {!isDeleted && (
          <button
            type="button"
            className="receipt"
            aria-expanded={showsReaders}
            title="Who has read this?"
            onClick={() => setShowsReaders(!showsReaders)}
          >
            <Ticks count={isUnreadBySomeone === true ? 1 : 2} />
            <span className="visually-hidden">
              Who has read this? {isUnreadBySomeone === true && 'Not everyone yet.'}
            </span>
          </button>
        )}
      </p>
    </li>
  );
});

/** One for sent, two for read: as far as the workspace tells. */
function Ticks({ count }: { readonly count: 1 | 2 }): ReactNode {
  return (
    <svg className="ticks" viewBox="0 0 20 12" aria-hidden="true">
      <path d="M1 6.5 5 10.5 13 1.5" />
      {count === 2 && <path d="M8 9 9.5 10.5 18 1.5" />}
    </svg>
  );
}

function Moment({ at }: { readonly at: string }): ReactNode {
  return (
    <time dateTime={at} title={momentOf(at)}>
      {timeOf(at)}
    </time>
  );
}

function Content({ message }: { readonly message: MessageRowFragment }): ReactNode {
  const { isDeleted, encryption, markup, text, attachments } = message;
  if (isDeleted) return <p className="note">Message deleted</p>;
  if (encryption !== null) return <p className="note">Encrypted: only its recipients’ devices can show it</p>;
  const isBlank = text.trim() === '' && attachments.length === 0;
  if (isBlank) return <p className="note">Nothing that an inbox can show</p>;
  return (
    <div className="text">
      {markup === null ? text !== '' && <p>{text}</p> : <Markup nodes={markup.nodes} />}
      {attachments.map((attachment, index) => (
        // Attachments have no id, and never change places.
        <AttachmentCard key={index} attachment={attachment} />
      ))}
    </div>
  );
}

const kinds: Readonly<Record<string, string>> = {
  IMAGE: 'Picture',
  AUDIO: 'Audio',
  VIDEO: 'Video',
  FILE: 'File',
  REMOVED_FILE: 'Removed file',
  QUOTE: 'Quote',
};

/** What is attached, by name: files lie in the workspace, which the page does not ask. */
function AttachmentCard({
  attachment: { kind, title, description, text, authorName },
}: {
  readonly attachment: MessageRowFragment['attachments'][number];
}): ReactNode {
  const what = [kinds[kind], authorName, title].filter(Boolean).join(': ');
  return (
    <blockquote className="attachment">
      {what !== '' && <b>{what}</b>}
      {[description, text].filter(Boolean).map((line) => (
        <p key={line}>{line}</p>
      ))}
    </blockquote>
  );
}

function Reactions({ reactions }: Pick<MessageRowFragment, 'reactions'>): ReactNode {
  if (reactions.length === 0) return null;
  return (
    <ul className="reactions" aria-label="Reactions">
      {reactions.map(({ emoji, count, usernames }) => (
        <li key={emoji} title={usernames.join(', ')}>
          {emojiOf(emoji)} {count}
          <span className="visually-hidden"> by {usernames.join(', ')}</span>
        </li>
      ))}
    </ul>
  );
}
