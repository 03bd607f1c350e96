/** Who uses the inbox. It is kept in `sessionStorage` only: it ends with the tab. */
export interface Session {
  readonly userId: string;
  readonly token: string;
  /** To show; the user id where no name is known. */
  readonly name: string;
}

/** A user of the demo workspace whom one may choose. */
export interface DemoUser {
  readonly id: string;
  readonly token: string;
  readonly name: string;
  readonly username: string;
}

const key = 'inbox.session';

export function readSession(): Session | undefined {
  const stored = sessionStorage.getItem(key);
  return stored === null ? undefined : (JSON.parse(stored) as Session);
}

export const keepSession = (session: Session): void => sessionStorage.setItem(key, JSON.stringify(session));

/** Forgets the user, and where they were in each room. */
export const endSession = (): void => sessionStorage.clear();

/** Empty before a real workspace, whose users bring their own token. */
export function readDemoUsers(): readonly DemoUser[] {
  const content = document.querySelector<HTMLMetaElement>('meta[name="demo-users"]')?.content;
  return content === undefined ? [] : (JSON.parse(content) as DemoUser[]);
}
