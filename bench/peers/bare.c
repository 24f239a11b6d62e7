/*
 * The limit: JPEG files to batches of float32 with libjpeg-turbo and nothing else. Each thread takes the next batch,
 * reads each file into reused memory, decodes it row by row, and shrinks with a triangle filter as wide as the
 * shrinking asks (PIL's and torchvision's antialiased bilinear): rows first, while they are in the cache, then columns.
 * No order is kept between batches and nothing is handed over, so a loader can only be slower.
 *
 * With `--shrink 1` libjpeg decodes at the smallest of its scales that is no smaller than the result.
 *
 *   bare --data FOLDER --items 1000 --size 200 --threads 2 --dct fast|accurate --shrink 0|1
 */
#define _GNU_SOURCE
#include <ftw.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <jpeglib.h>

enum { BATCH = 32, MOST_FILES = 100000, MOST_THREADS = 64 };

typedef float pixel __attribute__((vector_size(16)));

/* Which inputs make each output along one axis, and with what weight. */
typedef struct {
  int first, count;
  float *weights;
} taps;

static char *paths[MOST_FILES];
static int files, items = 1000, size = 200, threads = 2, shrink = 0;
static J_DCT_METHOD dct = JDCT_ISLOW;
static atomic_int next;

static int collect(const char *path, const struct stat *status, int type, struct FTW *place) {
  (void)status, (void)place;
  const char *dot = strrchr(path, '.');
  if (type == FTW_F && dot && (!strcasecmp(dot, ".jpg") || !strcasecmp(dot, ".jpeg")) && files < MOST_FILES)
    paths[files++] = strdup(path);
  return 0;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static taps *triangle(int from, int to) {
  taps *all = malloc(to * sizeof *all);
  double scale = (double)from / to, support = scale > 1 ? scale : 1;
  for (int i = 0; i < to; i++) {
    double center = (i + 0.5) * scale, sum = 0;
    int first = (int)fmax(0, center - support + 0.5), end = (int)fmin(from, center + support + 0.5);
    float *weights = malloc((end - first) * sizeof *weights);
    for (int k = first; k < end; k++) sum += weights[k - first] = fmax(0, 1 - fabs((k + 0.5 - center) / support));
    for (int k = first; k < end; k++) weights[k - first] /= sum;
    all[i] = (taps){first, end - first, weights};
  }
  return all;
}

static void release(taps *all, int count) {
  for (int i = 0; i < count; i++) free(all[i].weights);
  free(all);
}

typedef struct {
  unsigned char *file;
  size_t room;
  JSAMPLE *line;
  float *rows;
  size_t width;
} scratch;

/* One file into `out`, size × size × 3 float32 from 0 to 1. */
static void load(const char *path, struct jpeg_decompress_struct *jpeg, scratch *use, float *out) {
  FILE *stream = fopen(path, "rb");
  if (!stream) exit(1);
  fseek(stream, 0, SEEK_END);
  size_t length = ftell(stream);
  rewind(stream);
  if (length > use->room) use->file = realloc(use->file, use->room = length);
  if (fread(use->file, 1, length, stream) != length) exit(1);
  fclose(stream);

  jpeg_mem_src(jpeg, use->file, length);
  jpeg_read_header(jpeg, TRUE);
  jpeg->out_color_space = JCS_RGB;
  jpeg->dct_method = dct;
  if (shrink) {
    jpeg->scale_denom = 8, jpeg->scale_num = 0;
    do {
      jpeg->scale_num++;
      jpeg_calc_output_dimensions(jpeg);
    } while (jpeg->scale_num < 8 && ((int)jpeg->output_width < size || (int)jpeg->output_height < size));
  }
  jpeg_start_decompress(jpeg);
  size_t width = jpeg->output_width, values = width * 3;
  if (width > use->width) {
    use->width = width;
    use->line = realloc(use->line, values);
    use->rows = realloc(use->rows, values * size * sizeof(float));
  }
  taps *down = triangle(jpeg->output_height, size), *across = triangle(width, size);
  int oldest = 0;
  for (int y = 0; y < (int)jpeg->output_height; y++) {
    jpeg_read_scanlines(jpeg, &use->line, 1);
    for (int row = oldest; row < size && down[row].first <= y; row++) {
      int tap = y - down[row].first;
      if (tap >= down[row].count) {
        oldest = row + 1;
        continue;
      }
      float weight = down[row].weights[tap] / 255, *restrict sum = use->rows + row * values;
      const JSAMPLE *restrict line = use->line;
      if (tap == 0)
        for (size_t i = 0; i < values; i++) sum[i] = weight * line[i];
      else
        for (size_t i = 0; i < values; i++) sum[i] += weight * line[i];
    }
  }
  jpeg_finish_decompress(jpeg);
  for (int row = 0; row < size; row++) {
    const float *line = use->rows + row * values;
    for (int column = 0; column < size; column++, out += 3) {
      pixel sum = {0};
      const float *from = line + across[column].first * 3;
      for (int k = 0; k < across[column].count; k++, from += 3)
        sum += across[column].weights[k] * (pixel){from[0], from[1], from[2], 0};
      out[0] = sum[0], out[1] = sum[1], out[2] = sum[2];
    }
  }
  release(down, size), release(across, size);
}

static void *work(void *pixels) {
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&jpeg);
  scratch use = {0};
  size_t image = (size_t)size * size * 3;
  float *batch = malloc(BATCH * image * sizeof *batch);
  for (int from; (from = atomic_fetch_add(&next, BATCH)) < items;) {
    int count = items - from < BATCH ? items - from : BATCH;
    for (int i = 0; i < count; i++) load(paths[(from + i) % files], &jpeg, &use, batch + i * image);
    if (from == 0 && pixels) {
      FILE *stream = fopen(pixels, "wb");
      fwrite(batch, sizeof *batch, count * image, stream);
      fclose(stream);
    }
  }
  free(batch), free(use.file), free(use.line), free(use.rows);
  jpeg_destroy_decompress(&jpeg);
  return NULL;
}

static double seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

static void epoch(char *pixels) {
  pthread_t team[MOST_THREADS];
  next = 0;
  for (int i = 0; i < threads; i++) pthread_create(&team[i], NULL, work, pixels);
  for (int i = 0; i < threads; i++) pthread_join(team[i], NULL);
}

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

int main(int count, char **given) {
  const char *folder = ".";
  for (int i = 1; i + 1 < count; i += 2) {
    if (!strcmp(given[i], "--data")) folder = given[i + 1];
    if (!strcmp(given[i], "--items")) items = atoi(given[i + 1]);
    if (!strcmp(given[i], "--size")) size = atoi(given[i + 1]);
    if (!strcmp(given[i], "--dct") && !strcmp(given[i + 1], "fast")) dct = JDCT_IFAST;
    if (!strcmp(given[i], "--shrink")) shrink = atoi(given[i + 1]);
    if (!strcmp(given[i], "--threads")) threads = atoi(given[i + 1]);
  }
  nftw(folder, collect, 16, FTW_PHYS);
  qsort(paths, files, sizeof *paths, by_name);
  epoch(getenv("BENCH_PIXELS"));
  double started = seconds(CLOCK_MONOTONIC), spent = seconds(CLOCK_PROCESS_CPUTIME_ID);
  epoch(NULL);
  double time = seconds(CLOCK_MONOTONIC) - started, processor = seconds(CLOCK_PROCESS_CPUTIME_ID) - spent;
  printf("{\"value\": %.2f, \"processor\": %.4f, \"versions\": {\"libjpeg-turbo\": \"%s\"}}\n", items / time,
         processor * 1000 / items, TEXT(LIBJPEG_TURBO_VERSION));
  return 0;
}
