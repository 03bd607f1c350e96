import { useState, type FormEvent, type ReactNode } from 'react';
import { Picture } from './picture.tsx';
import { readDemoUsers, type Session } from './session.ts';

/** A choice of people in the demo; before a real workspace, a user id and a token. */
export function SignIn({ onSignIn }: { readonly onSignIn: (session: Session) => void }): ReactNode {
  const [users] = useState(readDemoUsers);
  return (
    <main className="sign-in">
      <h1>Inbox</h1>
      {users.length > 0 ? (
        <>
          <p>A demo workspace of made-up people. Whose direct messages do you want to read?</p>
          <ul className="people">
            {users.map(({ id, token, name, username }) => (
              <li key={id}>
                <button type="button" onClick={() => onSignIn({ userId: id, token, name })}>
                  <Picture name={name} />
                  <span>
                    <b>{name}</b>
                    <small>{username}</small>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <TokenForm onSignIn={onSignIn} />
      )}
    </main>
  );
}

function TokenForm({ onSignIn }: { readonly onSignIn: (session: Session) => void }): ReactNode {
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const [userId, token] = ['userId', 'token'].map((name) => {
      const value = fields.get(name);
      return typeof value === 'string' ? value.trim() : '';
    });
    if (userId && token) onSignIn({ userId, token, name: userId });
  };
  return (
    <form onSubmit={submit}>
      <p>
        Your user id and a personal access token of the workspace: in Rocket.Chat, My Account, Personal Access Tokens.
        This tab keeps them until it is closed, and sends them to this gateway only.
      </p>
      <label>
        User id
        <input name="userId" required autoComplete="off" spellCheck={false} />
      </label>
      <label>
        Token
        <input name="token" type="password" required autoComplete="off" />
      </label>
      <button type="submit">Open the inbox</button>
    </form>
  );
}
