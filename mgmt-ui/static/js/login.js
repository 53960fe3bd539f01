// The login. What the user wanted to see is shown afterwards: the address
// stays.

import { login } from './api.js';
import { Button, html, useState } from './dom.js';
import { Field } from './form.js';
import { Mark } from './mark.js';

export function Login() {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  /** @param {Event} e */
  const submit = async (e) => {
    e.preventDefault();
    setBusy(true);
    setError('');
    try {
      await login(name, password);
    } catch (e) {
      setError(/** @type {Error} */ (e).message);
      setBusy(false);
    }
  };
  return html`
    <main class="login">
      <form onSubmit=${submit} class="card">
        <div class="brand"><${Mark} /><h1>HutchMQ</h1></div>
        <${Field} label="User" value=${name} onChange=${setName} name="username" autocomplete="username" autofocus required />
        <${Field} label="Password" type="password" value=${password} onChange=${setPassword} name="password" autocomplete="current-password" required />
        ${error && html`<p class="form-error" role="alert">${error}</p>`}
        <${Button} type="submit" kind="primary" disabled=${busy}>${busy ? 'Logging in…' : 'Log in'}<//>
      </form>
      <p class="muted">The user needs the tag <code>management</code>, <code>monitoring</code>, <code>policymaker</code> or <code>administrator</code>.</p>
    </main>`;
}
