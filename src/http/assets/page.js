// What makes the pages livelier where scripts run. Everything works without it.

// Copy buttons. They are hidden until here: without a script there is nothing they could do.
for (const button of document.querySelectorAll('[data-copy]')) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener('click', async () => {
    const words = button.innerHTML;
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Press Ctrl+C'; // no permission: it is selected, so one key does it
    }
    setTimeout(() => {
      button.innerHTML = words;
    }, 2000);
  });
}

// A second click on a button that does something is no second order.
for (const form of document.querySelectorAll('form[data-once]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = 'yes';
    event.submitter?.setAttribute('aria-busy', 'true');
  });
}
// A page that comes back from the browser's memory may send again.
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent;
    form.querySelector('[aria-busy]')?.removeAttribute('aria-busy');
  }
});

// A page that shows a token once asks before it is left, until the box is ticked.
const copied = document.querySelector('[data-guard] [data-copied]');
addEventListener('beforeunload', (event) => {
  if (copied && !copied.checked) event.preventDefault();
});

// Parts that change by themselves are asked for again while somebody looks, for half an hour at most.
const untilMs = Date.now() + 30 * 60 * 1000;
for (const part of document.querySelectorAll('[data-live]')) {
  const everyMs = Number(part.dataset.seconds) * 1000;
  let shown = '';
  const look = async () => {
    if (Date.now() > untilMs) return;
    if (!document.hidden) {
      try {
        const response = await fetch(part.dataset.live, { headers: { accept: 'text/html' } });
        if (response.status === 401 || response.status === 403) return location.reload();
        const text = response.ok ? (await response.text()).replace('<!doctype html>', '') : shown;
        if (shown !== text) part.innerHTML = text;
        shown = text;
      } catch {
        // away for a moment: the next look tells
      }
    }
    setTimeout(look, everyMs);
  };
  setTimeout(look, everyMs);
}
