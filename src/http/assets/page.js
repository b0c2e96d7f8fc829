// Small improvements for browsers that run scripts. Everything works without this file.

// Times in the local zone, with its name. Without scripts they are in UTC.
const local = new Intl.DateTimeFormat('en-GB', {
  ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZoneName: 'short' },
});
function showLocalTimes(part) {
  for (const time of part.querySelectorAll('time[datetime]')) {
    const parts = local.formatToParts(new Date(time.dateTime));
    const { year, month, day, hour, minute, second, timeZoneName } = Object.fromEntries(
      parts.map(({ type, value }) => [type, value]),
    );
    const text = `${year}-${month}-${day} ${hour}:${minute}:${second} ${timeZoneName}`;
    if ('exact' in time.dataset) time.textContent = text;
    else time.title = text;
  }
}
showLocalTimes(document);

// Copy buttons. Hidden in the HTML, because they need a script.
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
      button.textContent = 'Press Ctrl+C'; // no permission, but the text is selected
    }
    setTimeout(() => {
      button.innerHTML = words;
    }, 2000);
  });
}

// A second click on a submit button does nothing.
for (const form of document.querySelectorAll('form[data-once]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = 'yes';
    event.submitter?.setAttribute('aria-busy', 'true');
  });
}
// A page that the browser restores from its cache may submit again.
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent;
    form.querySelector('[aria-busy]')?.removeAttribute('aria-busy');
  }
});

// The page that shows a token asks for confirmation before it closes, until the box is ticked.
const copied = document.querySelector('[data-guard] [data-copied]');
addEventListener('beforeunload', (event) => {
  if (copied && !copied.checked) event.preventDefault();
});

// The page that shows a token is the answer to a form. It takes the address of the page without the token, so Reload and Back
// show that one and don't send the form again.
const shown = document.querySelector('[data-shown-at]');
if (shown) history.replaceState(null, '', shown.dataset.shownAt);

// Live parts are refreshed while the page is visible, for half an hour at most.
const untilMs = Date.now() + 30 * 60 * 1000;
for (const part of document.querySelectorAll('[data-live]')) {
  const everyMs = Number(part.dataset.seconds) * 1000;
  let shown = '';
  const refresh = async () => {
    if (Date.now() > untilMs) return;
    if (!document.hidden) {
      try {
        const response = await fetch(part.dataset.live, { headers: { accept: 'text/html' } });
        const isOut = response.status === 401 || response.status === 403;
        if (isOut) return copied && !copied.checked ? undefined : location.reload(); // a token is shown only once
        const text = response.ok ? (await response.text()).replace('<!doctype html>', '') : shown;
        if (shown !== text) {
          part.innerHTML = text;
          showLocalTimes(part);
        }
        shown = text;
      } catch {
        // a network error: the next refresh tries again
      }
    }
    setTimeout(refresh, everyMs);
  };
  setTimeout(refresh, everyMs);
}
