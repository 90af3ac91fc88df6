/* The limit that no signing service can pass: C_SignInit and C_Sign on a token, in a loop, and nothing else.
 *
 * usage: raw_sign MODULE TOKEN-LABEL KEY-LABEL rsa|ec THREADS SECONDS      (PIN on standard input)
 * prints: signatures, signatures per second, median and 99th percentile of one signature in milliseconds
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <p11-kit/pkcs11.h>

enum { MAX_THREADS = 16, MAX_SAMPLES = 2000000 };

static CK_FUNCTION_LIST_PTR p11;
static CK_SLOT_ID slot;
static CK_MECHANISM mechanism;
static const char *key_label;
static double seconds;

struct worker {
    pthread_t thread;
    size_t count;
    double *samples;
};

static void fail(const char *what, CK_RV rv)
{
    fprintf(stderr, "raw_sign: %s: 0x%lx\n", what, (unsigned long)rv);
    exit(1);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static CK_OBJECT_HANDLE find_key(CK_SESSION_HANDLE session)
{
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE wanted[] = {
        { CKA_CLASS, &class, sizeof class },
        { CKA_LABEL, (void *)key_label, strlen(key_label) },
    };
    CK_OBJECT_HANDLE key = 0;
    CK_ULONG found = 0;
    CK_RV rv = p11->C_FindObjectsInit(session, wanted, 2);
    if (rv != CKR_OK)
        fail("C_FindObjectsInit", rv);
    rv = p11->C_FindObjects(session, &key, 1, &found);
    if (rv != CKR_OK || found != 1)
        fail("C_FindObjects", rv);
    p11->C_FindObjectsFinal(session);
    return key;
}

static void *work(void *argument)
{
    /* DigestInfo of SHA-256 (RFC 8017 section 9.2), the digest being zeros; ECDSA takes the digest alone. */
    static const CK_BYTE prefix[19] = {
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20 };
    struct worker *worker = argument;
    CK_BYTE input[51] = { 0 }, signature[1024];
    CK_SESSION_HANDLE session;
    CK_RV rv = p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session);
    if (rv != CKR_OK)
        fail("C_OpenSession", rv);
    CK_OBJECT_HANDLE key = find_key(session);
    CK_ULONG length = 32;
    if (mechanism.mechanism == CKM_RSA_PKCS) {
        memcpy(input, prefix, sizeof prefix);
        length = sizeof input;
    }
    double end = now() + seconds, start;
    while ((start = now()) < end && worker->count < MAX_SAMPLES) {
        CK_ULONG size = sizeof signature;
        rv = p11->C_SignInit(session, &mechanism, key);
        if (rv != CKR_OK)
            fail("C_SignInit", rv);
        rv = p11->C_Sign(session, input, length, signature, &size);
        if (rv != CKR_OK)
            fail("C_Sign", rv);
        worker->samples[worker->count++] = now() - start;
    }
    return NULL;
}

static int ascending(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static void find_slot(const char *label)
{
    CK_SLOT_ID slots[64];
    CK_ULONG count = 64;
    CK_RV rv = p11->C_GetSlotList(CK_TRUE, slots, &count);
    if (rv != CKR_OK)
        fail("C_GetSlotList", rv);
    for (CK_ULONG i = 0; i < count; i++) {
        CK_TOKEN_INFO info;
        if (p11->C_GetTokenInfo(slots[i], &info) == CKR_OK && strncmp((char *)info.label, label, strlen(label)) == 0) {
            slot = slots[i];
            return;
        }
    }
    fail("no token has the label", 0);
}

int main(int argc, char **argv)
{
    if (argc != 7) {
        fprintf(stderr, "usage: raw_sign MODULE TOKEN-LABEL KEY-LABEL rsa|ec THREADS SECONDS\n");
        return 1;
    }
    key_label = argv[3];
    mechanism.mechanism = strcmp(argv[4], "rsa") == 0 ? CKM_RSA_PKCS : CKM_ECDSA;
    int threads = atoi(argv[5]);
    seconds = atof(argv[6]);
    if (threads < 1 || threads > MAX_THREADS)
        fail("THREADS", 0);

    void *library = dlopen(argv[1], RTLD_NOW);
    CK_RV (*get_list)(CK_FUNCTION_LIST_PTR_PTR) = NULL;
    if (library != NULL)
        *(void **)&get_list = dlsym(library, "C_GetFunctionList");
    if (get_list == NULL || get_list(&p11) != CKR_OK)
        fail("the module cannot be loaded", 0);
    CK_C_INITIALIZE_ARGS arguments = { .flags = CKF_OS_LOCKING_OK };
    CK_RV rv = p11->C_Initialize(&arguments);
    if (rv != CKR_OK)
        fail("C_Initialize", rv);
    find_slot(argv[2]);

    char pin[256] = { 0 };
    if (fgets(pin, sizeof pin, stdin) == NULL)
        fail("no PIN on standard input", 0);
    pin[strcspn(pin, "\n")] = 0;
    CK_SESSION_HANDLE anchor;
    rv = p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &anchor);
    if (rv != CKR_OK)
        fail("C_OpenSession", rv);
    rv = p11->C_Login(anchor, CKU_USER, (CK_UTF8CHAR_PTR)pin, strlen(pin));
    if (rv != CKR_OK)
        fail("C_Login", rv);

    static struct worker workers[MAX_THREADS];
    double start = now();
    for (int i = 0; i < threads; i++) {
        workers[i].samples = malloc(MAX_SAMPLES * sizeof(double));
        if (workers[i].samples == NULL)
            fail("no memory", 0);
        pthread_create(&workers[i].thread, NULL, work, &workers[i]);
    }
    size_t total = 0;
    for (int i = 0; i < threads; i++) {
        pthread_join(workers[i].thread, NULL);
        total += workers[i].count;
    }
    double elapsed = now() - start;
    qsort(workers[0].samples, workers[0].count, sizeof(double), ascending);
    size_t last = workers[0].count;
    if (last == 0)
        fail("nothing was signed", 0);
    printf("%zu %.3f %.4f %.4f\n", total, (double)total / elapsed,
        workers[0].samples[last / 2] * 1e3, workers[0].samples[last * 99 / 100] * 1e3);
    p11->C_Finalize(NULL);
    return 0;
}
