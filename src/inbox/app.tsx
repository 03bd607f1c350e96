import { useEffect, useState, type ReactNode } from 'react';
import { ApolloProvider } from '@apollo/client/react';
import { createClient } from './client.ts';
import { Costs } from './costs.ts';
import { Inbox } from './inbox.tsx';
import { Reads } from './reads.ts';
import { endSession, keepSession, readSession, type Session } from './session.ts';
import { SignIn } from './sign-in.tsx';
import { Sync } from './sync.ts';

/** The page: whoever signed in sees their inbox. */
export function App(): ReactNode {
  const [session, setSession] = useState(readSession);
  if (session === undefined) {
    const signIn = (next: Session): void => {
      keepSession(next);
      setSession(next);
    };
    return <SignIn onSignIn={signIn} />;
  }
  const signOut = (): void => {
    endSession();
    location.hash = '';
    setSession(undefined);
  };
  return <SignedIn key={session.userId} session={session} onSignOut={signOut} />;
}

/** One client, its costs and its sync, for as long as one user is signed in. */
function SignedIn({ session, onSignOut }: { readonly session: Session; readonly onSignOut: () => void }): ReactNode {
  const [{ client, costs, sync }] = useState(() => {
    const costs = new Costs();
    const reads = new Reads();
    const client = createClient(session, costs, reads);
    return { client, costs, sync: new Sync(client, reads) };
  });
  useEffect(() => {
    sync.start();
    return () => sync.stop();
  }, [sync]);
  return (
    <ApolloProvider client={client}>
      <Inbox session={session} costs={costs} sync={sync} onSignOut={onSignOut} />
    </ApolloProvider>
  );
}
