export async function labImages(
  _cache: string,
  _root: string,
): Promise<{ name: string; tar: string }[]> {
  return [];
}
