/** In place of comparing pictures in tests of the background: every picture whose pixels come looks like a work. */

export async function compare(images, pixels) {
  const shown = await pixels(images.map(({ place }) => place));
  const alike = shown.filter(({ data }) => data);
  const matched = alike.map(({ place }) => {
    const { url } = images.find((one) => one.place === place);
    return { place, url, pdq: "ab".repeat(32), quality: 90, distance: 4 };
  });
  return { looked: images.length, matched, unreadable: images.length - alike.length, capped: false };
}
