import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './styles/base.css';
import './styles/sign-in.css';
import './styles/frame.css';
import './styles/rooms.css';
import './styles/room.css';
import './styles/text.css';
import './styles/narrow.css';

const root = document.getElementById('root');
if (root === null) throw new Error('The page lacks its root.');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
