/** Type ids (typing registry) of the pictures that are decoded for thumbnails, hashes, codes and text. */
export const decodableTypes: readonly string[] =
  "jpeg png apng gif bmp ico cur webp tiff heic heif avif jxl pbm pgm ppm pam".split(" ");
