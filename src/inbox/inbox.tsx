import { useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { CostBar } from './cost-bar.tsx';
import type { Costs } from './costs.ts';
import { RoomList } from './room-list.tsx';
import { RoomView } from './room-view.tsx';
import { useRoute } from './route.ts';
import type { Session } from './session.ts';
import type { Sync } from './sync.ts';
import { ThreadView } from './thread-view.tsx';

interface Props {
  readonly session: Session;
  readonly costs: Costs;
  readonly sync: Sync;
  readonly onSignOut: () => void;
}

/** Rooms, the open room, and a thread beside it. */
export function Inbox({ session, costs, sync, onSignOut }: Props): ReactNode {
  const { roomId, threadId } = useRoute();
  const state = useSyncExternalStore(sync.subscribe, sync.snapshot);
  useEffect(() => sync.open(roomId), [sync, roomId]);
  return (
    <div className="inbox" data-shows={threadId !== undefined ? 'thread' : roomId !== undefined ? 'room' : 'rooms'}>
      <header className="bar">
        <h1>Inbox</h1>
        <span className="who">{session.name}</span>
        <button type="button" onClick={() => void sync.now()}>
          Check now
        </button>
        <button type="button" onClick={onSignOut}>
          Sign out
        </button>
      </header>
      {state.problem !== undefined && (
        <p className="problem" role="alert">
          {state.problem}
        </p>
      )}
      <main>
        <RoomList isReady={state.isReady} openId={roomId} />
        <div className="open">
          {roomId === undefined ? (
            <p className="hint">Choose a conversation. This inbox only reads: what you open here stays unread.</p>
          ) : (
            <RoomView key={roomId} roomId={roomId} isReady={state.roomId === roomId} viewerId={session.userId} />
          )}
        </div>
        {roomId !== undefined && threadId !== undefined && (
          <ThreadView
            key={threadId}
            roomId={roomId}
            rootId={threadId}
            viewerId={session.userId}
            isReady={state.roomId === roomId}
          />
        )}
      </main>
      <CostBar costs={costs} />
      <p className="visually-hidden" role="status">
        {state.news}
      </p>
    </div>
  );
}
