// What a page cannot do from the server: the browser's settings, files to keep, dragging on a chart, and signing in, whose
// cookies only the browser itself may receive.
window.marketplace = (() => {
  const read = (name) => { try { return localStorage.getItem('marketplace.' + name); } catch { return null; } };
  const root = document.documentElement;

  // A request of the browser's own to this origin; answers status and body.
  const send = async (method, path, body, headers) => {
    const answer = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: { Accept: 'application/json', ...(body === null ? {} : { 'Content-Type': 'application/json' }), ...(headers || {}) },
      body: body === null ? undefined : body,
    });
    return { status: answer.status, body: await answer.text() };
  };

  // In a form that shows what one writes in other words as well, what is typed counts after a moment, not only when the field is left.
  let pause = 0;
  document.addEventListener('input', (event) => {
    const field = event.target;
    if (!field.closest('form[data-live]') || !['number', 'text', 'date'].includes(field.type)) return;
    clearTimeout(pause);
    pause = setTimeout(() => { if (field.value !== '' && !field.validity.badInput) field.dispatchEvent(new Event('change', { bubbles: true })); }, 350);
  });

  return {
    viewer: () => ({
      language: read('language') || (navigator.language || 'en').slice(0, 2),
      zone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC',
      dark: root.dataset.theme === 'dark',
      tour: read('tour') === 'seen',
      wide: innerWidth > 960,
    }),

    keep: (name, value) => {
      try { localStorage.setItem('marketplace.' + name, value); } catch { /* A browser that keeps nothing still shows everything. */ }
      if (name === 'theme') root.dataset.theme = value;
      if (name === 'language') root.lang = value;
    },

    // A file made here, such as the rows of a table.
    download: (name, type, text) => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([text], { type }));
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    },

    // The page's address for what was typed, unless another page was opened meanwhile.
    settle: (address) => {
      if (new URL(address, location.href).pathname === location.pathname) Blazor.navigateTo(address, { replaceHistoryEntry: true });
    },

    here: () => location.href,

    // Scrolls to a part that was drawn after the browser had looked for it.
    show: (id) => { document.getElementById(id)?.scrollIntoView(); },

    copy: (text) => navigator.clipboard.writeText(text),

    send,

    // Registers a passkey ('create') or signs in with one ('get'): the browser asks its owner, and sends the answer itself.
    // Status 0 when the browser ended it, with its reason in place of the body.
    passkey: async (kind, token, more) => {
      const isNew = kind === 'create';
      const headers = token ? { 'X-Csrf-Token': token } : {};
      if (!window.PublicKeyCredential || !PublicKeyCredential.parseCreationOptionsFromJSON) return { status: 0, body: 'unsupported' };
      const begun = await send('POST', isNew ? '/identity/passkeys/creation-options' : '/identity/passkeys/request-options', null, headers);
      if (begun.status !== 200) return begun;
      const options = JSON.parse(JSON.parse(begun.body).options);
      let credential;
      try {
        credential = isNew
          ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
          : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      } catch (error) {
        return { status: 0, body: error.name };
      }
      return send('POST', isNew ? '/identity/passkeys' : '/identity/sessions/passkey', JSON.stringify({ credential: JSON.stringify(credential.toJSON()), ...more }), headers);
    },

    go: (address) => { location.assign(address); },

    // Marks a stretch of a chart: drawn here while the pointer moves, told once when it is let go.
    drag: (plot, marker, page) => {
      let from = null;
      const at = (event) => {
        const box = plot.getBoundingClientRect();
        return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
      };
      const show = (one, other) => {
        marker.style.left = Math.min(one, other) * 100 + '%';
        marker.style.width = Math.abs(one - other) * 100 + '%';
      };
      plot.addEventListener('pointerdown', (event) => {
        if (event.button !== 0) return;
        from = at(event);
        plot.setPointerCapture(event.pointerId);
      });
      plot.addEventListener('pointermove', (event) => { if (from !== null) show(from, at(event)); });
      const end = (event) => {
        if (from === null) return;
        const [one, other] = [from, at(event)];
        from = null;
        page.invokeMethodAsync('MarkedAsync', Math.min(one, other), Math.max(one, other));
      };
      plot.addEventListener('pointerup', end);
      plot.addEventListener('pointercancel', () => { from = null; });
      plot.dataset.ready = 'yes';
    },
  };
})();
