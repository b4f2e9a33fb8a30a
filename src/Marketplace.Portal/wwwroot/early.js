// Before anything is drawn: the ground in the viewer's theme, so that a dark page does not flash.
(() => {
  const kept = (name) => { try { return localStorage.getItem('marketplace.' + name); } catch { return null; } };
  const dark = kept('theme') ? kept('theme') === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document.documentElement.lang = kept('language') || (navigator.language || 'en').slice(0, 2);
})();
