/*
 * A PKCS#11 module that does what a script tells it, for tests. It passes every call on to SoftHSM, and a script can make
 * any of them fail, hang, crash or take long, hide the token, or change what the token says of itself.
 *
 * The module looks beside its own file, so that each copy is a token of its own:
 *   MODULE.conf    SoftHSM's configuration, if it is there
 *   MODULE.script  the script; absent or empty: healthy. Read at every call, so a change counts at once
 *   MODULE.calls   every call is appended here by name; a C_Login by "C_Login" alone, without its PIN
 *   MODULE.tries   wrong PINs so far, where the script counts them
 *
 * Lines of a script, "once" behind a value lets a line work a single time:
 *   C_Name 0x30         return the value and do nothing
 *   C_Name hang         never return
 *   C_Name then-hang    do it, note a call "done", and then never return (not for the calls that have a line of their own below)
 *   C_Name crash        end the process by SIGSEGV
 *   C_Name delay 500    wait that many milliseconds first
 *   C_Sign corrupt      flip a bit of the signature
 *   no-token            the slots are empty
 *   logged-out          the login is gone: sessions say so, and private keys cannot be used
 *   sessions 1          most sessions at once
 *   token-flags 0x40000 flags to add to those of CK_TOKEN_INFO
 *   pin-tries 3         wrong PINs until the token blocks itself, with the flags for it
 *   pin-pad 1234        a PIN pad, on which somebody types this
 *   pin-lengths 0 -1    shortest and longest PIN in CK_TOKEN_INFO; -1 is CK_UNAVAILABLE_INFORMATION
 *   bad-slot 7 C_OpenSession 0x30
 *                       that call of the slot with this id, or C_GetTokenInfo, returns the value
 *   C_SetPIN wants-login
 *                       CKR_USER_NOT_LOGGED_IN in a public session, as NSS does
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <p11-kit/pkcs11.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define REAL_MODULE "/usr/lib/softhsm/libsofthsm2.so"
#define PATH_BYTES 512
#define SCRIPT_BYTES 4096
#define MOST_ONCE 64

/* Arguments of any C_ function: pointers and CK_ULONGs, of which none has more than eight. */
typedef CK_RV (*any_function)(long, long, long, long, long, long, long, long);
#define PARAMETERS long a, long b, long c, long d, long e, long f, long g, long h
#define ARGUMENTS a, b, c, d, e, f, g, h

static CK_FUNCTION_LIST *real;
static char base[PATH_BYTES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int sessions;
static char spent[MOST_ONCE][80];
static int spent_count;
static struct timespec spent_script;

static void beside(char *path, const char *suffix) { snprintf(path, PATH_BYTES, "%s%s", base, suffix); }

static void note_call(const char *name)
{
    char path[PATH_BYTES], line[64];
    int file, length = snprintf(line, sizeof line, "%s\n", name);
    beside(path, ".calls");
    if ((file = open(path, O_WRONLY | O_APPEND | O_CREAT, 0666)) >= 0)
    {
        if (write(file, line, length) != length) abort();
        close(file);
    }
}

static int is_spent(const char *line, const struct timespec *script)
{
    int found = 0;
    pthread_mutex_lock(&lock);
    if (script->tv_sec != spent_script.tv_sec || script->tv_nsec != spent_script.tv_nsec)
    {
        spent_script = *script;
        spent_count = 0;
    }
    for (int i = 0; i < spent_count; i++) found |= strncmp(spent[i], line, sizeof spent[i] - 1) == 0;
    if (!found && spent_count < MOST_ONCE) snprintf(spent[spent_count++], sizeof spent[0], "%s", line);
    pthread_mutex_unlock(&lock);
    return found;
}

/* The words behind a name in the script; 0 where the script does not have it. */
static int find(const char *name, char *words, size_t size)
{
    char path[PATH_BYTES], text[SCRIPT_BYTES], *rest = NULL;
    struct stat state;
    ssize_t length;
    int file;
    beside(path, ".script");
    if ((file = open(path, O_RDONLY)) < 0) return 0;
    length = fstat(file, &state) == 0 ? read(file, text, sizeof text - 1) : -1;
    close(file);
    text[length < 0 ? 0 : length] = 0;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
    {
        size_t count = strlen(name);
        if (strncmp(line, name, count) == 0 && (line[count] == ' ' || line[count] == 0))
        {
            size_t whole = strlen(line);
            if (whole > 5 && strcmp(line + whole - 5, " once") == 0 && is_spent(line, &state.st_mtim)) continue;
            snprintf(words, size, "%s", line[count] ? line + count + 1 : "");
            return 1;
        }
    }
    return 0;
}

static int has(const char *name)
{
    char words[64];
    return find(name, words, sizeof words);
}

static void wait_milliseconds(long count)
{
    struct timespec pause = { count / 1000, count % 1000 * 1000000 };
    nanosleep(&pause, NULL);
}

/* Does what the script says for a call; 1 where the call ends here with *result. */
static int intervene(const char *name, CK_RV *result)
{
    char words[64];
    note_call(name);
    if (!find(name, words, sizeof words)) return 0;
    if (strncmp(words, "hang", 4) == 0) for (;;) pause();
    if (strncmp(words, "crash", 5) == 0) { signal(SIGSEGV, SIG_DFL); raise(SIGSEGV); _exit(139); }
    if (strncmp(words, "delay ", 6) == 0) { wait_milliseconds(atol(words + 6)); return 0; }
    if (strncmp(words, "0x", 2) != 0) return 0;
    *result = strtoul(words, NULL, 16);
    return 1;
}

/* What the script wants after a call that went through. */
static void then_hang(const char *name)
{
    char words[64];
    if (find(name, words, sizeof words) && strncmp(words, "then-hang", 9) == 0)
    {
        note_call("done");
        for (;;) pause();
    }
}

static int wrong_pins(int change)
{
    char path[PATH_BYTES];
    int count = 0;
    FILE *file;
    beside(path, ".tries");
    if ((file = fopen(path, "r"))) { if (fscanf(file, "%d", &count) != 1) count = 0; fclose(file); }
    if (change == 0) return count;
    count = change > 0 ? count + change : 0;
    if ((file = fopen(path, "w"))) { fprintf(file, "%d\n", count); fclose(file); }
    return count;
}

/* Whether the script has the call fail for this slot, with *result. */
static int is_bad_slot(CK_SLOT_ID slot, const char *name, CK_RV *result)
{
    char words[64], call[32];
    unsigned long id, value;
    if (!find("bad-slot", words, sizeof words) || sscanf(words, "%lu %31s %lx", &id, call, &value) != 3) return 0;
    if (id != slot || strcmp(call, name) != 0) return 0;
    *result = value;
    return 1;
}

/* ------------------------------------------------------------------------------- calls that the script can change */

static CK_RV faulty_C_GetSlotList(CK_BBOOL present, CK_SLOT_ID *list, CK_ULONG *count)
{
    CK_RV result;
    if (intervene("C_GetSlotList", &result)) return result;
    if (present && has("no-token")) { *count = 0; return CKR_OK; }
    return real->C_GetSlotList(present, list, count);
}

static CK_RV faulty_C_GetSlotInfo(CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
    CK_RV result;
    if (intervene("C_GetSlotInfo", &result)) return result;
    result = real->C_GetSlotInfo(slot, info);
    if (result == CKR_OK && has("no-token")) info->flags &= ~CKF_TOKEN_PRESENT;
    return result;
}

static CK_RV faulty_C_GetTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
    char words[64];
    CK_RV result;
    long shortest, longest;
    if (intervene("C_GetTokenInfo", &result) || is_bad_slot(slot, "C_GetTokenInfo", &result)) return result;
    if (has("no-token")) return CKR_TOKEN_NOT_PRESENT;
    result = real->C_GetTokenInfo(slot, info);
    if (result != CKR_OK) return result;
    if (find("token-flags", words, sizeof words)) info->flags |= strtoul(words, NULL, 16);
    if (has("pin-pad")) info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
    if (find("pin-lengths", words, sizeof words) && sscanf(words, "%ld %ld", &shortest, &longest) == 2)
    {
        info->ulMinPinLen = shortest;
        info->ulMaxPinLen = longest;
    }
    if (find("pin-tries", words, sizeof words))
    {
        int wrong = wrong_pins(0), left = atoi(words) - wrong;
        if (wrong > 0) info->flags |= CKF_USER_PIN_COUNT_LOW;
        if (left == 1) info->flags |= CKF_USER_PIN_FINAL_TRY;
        if (left <= 0) info->flags |= CKF_USER_PIN_LOCKED;
    }
    return result;
}

static CK_RV faulty_C_OpenSession(CK_SLOT_ID slot, CK_FLAGS flags, void *data, CK_NOTIFY notify, CK_SESSION_HANDLE *session)
{
    char words[64];
    CK_RV result;
    if (intervene("C_OpenSession", &result) || is_bad_slot(slot, "C_OpenSession", &result)) return result;
    if (has("no-token")) return CKR_TOKEN_NOT_PRESENT;
    if (find("sessions", words, sizeof words) && __atomic_load_n(&sessions, __ATOMIC_SEQ_CST) >= atoi(words)) return CKR_SESSION_COUNT;
    result = real->C_OpenSession(slot, flags, data, notify, session);
    if (result == CKR_OK) __atomic_add_fetch(&sessions, 1, __ATOMIC_SEQ_CST);
    return result;
}

static CK_RV faulty_C_CloseSession(CK_SESSION_HANDLE session)
{
    CK_RV result;
    if (intervene("C_CloseSession", &result)) return result;
    result = real->C_CloseSession(session);
    if (result == CKR_OK) __atomic_sub_fetch(&sessions, 1, __ATOMIC_SEQ_CST);
    return result;
}

static CK_RV faulty_C_Finalize(void *reserved)
{
    CK_RV result;
    if (intervene("C_Finalize", &result)) return result;
    __atomic_store_n(&sessions, 0, __ATOMIC_SEQ_CST);
    return real->C_Finalize(reserved);
}

static CK_RV faulty_C_GetSessionInfo(CK_SESSION_HANDLE session, CK_SESSION_INFO *info)
{
    CK_RV result;
    if (intervene("C_GetSessionInfo", &result)) return result;
    if (has("no-token")) return CKR_SESSION_HANDLE_INVALID;
    result = real->C_GetSessionInfo(session, info);
    if (result == CKR_OK && has("logged-out")) info->state = CKS_RO_PUBLIC_SESSION;
    return result;
}

static CK_RV faulty_C_Login(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char *pin, CK_ULONG length)
{
    char typed[64], words[64];
    CK_RV result;
    int counted = find("pin-tries", words, sizeof words);
    if (intervene("C_Login", &result)) return result;
    if (has("no-token")) return CKR_TOKEN_NOT_PRESENT;
    if (counted && wrong_pins(0) >= atoi(words)) return CKR_PIN_LOCKED;
    if (!pin && find("pin-pad", typed, sizeof typed)) { pin = (unsigned char *)typed; length = strlen(typed); }
    result = real->C_Login(session, user, pin, length);
    if (counted && result == CKR_OK) wrong_pins(-1);
    if (counted && result == CKR_PIN_INCORRECT) wrong_pins(1);
    return result;
}

static CK_RV faulty_C_FindObjectsInit(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count)
{
    CK_RV result;
    if (intervene("C_FindObjectsInit", &result)) return result;
    return has("no-token") ? CKR_DEVICE_REMOVED : real->C_FindObjectsInit(session, template, count);
}

static CK_RV faulty_C_SignInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    CK_RV result;
    if (intervene("C_SignInit", &result)) return result;
    if (has("no-token")) return CKR_DEVICE_REMOVED;
    return has("logged-out") ? CKR_USER_NOT_LOGGED_IN : real->C_SignInit(session, mechanism, key);
}

static CK_RV faulty_C_Sign(CK_SESSION_HANDLE session, unsigned char *data, CK_ULONG length, unsigned char *signature, CK_ULONG *size)
{
    char words[64];
    CK_RV result;
    if (intervene("C_Sign", &result)) return result;
    result = real->C_Sign(session, data, length, signature, size);
    if (result == CKR_OK && signature && find("C_Sign", words, sizeof words) && strncmp(words, "corrupt", 7) == 0) signature[*size / 2] ^= 1;
    return result;
}

static CK_RV faulty_C_SetPIN(CK_SESSION_HANDLE session, unsigned char *pin, CK_ULONG length, unsigned char *next, CK_ULONG next_length)
{
    char words[64];
    CK_SESSION_INFO info;
    CK_RV result;
    if (intervene("C_SetPIN", &result)) return result;
    if (find("C_SetPIN", words, sizeof words) && strncmp(words, "wants-login", 11) == 0
        && (real->C_GetSessionInfo(session, &info) != CKR_OK || info.state != CKS_RW_USER_FUNCTIONS)) return CKR_USER_NOT_LOGGED_IN;
    result = real->C_SetPIN(session, pin, length, next, next_length);
    then_hang("C_SetPIN");
    return result;
}

/* ---------------------------------------------------------------------------------------------- all the other calls */

#define PASS_ON(name) \
    static CK_RV faulty_##name(PARAMETERS) \
    { \
        CK_RV result; \
        if (intervene(#name, &result)) return result; \
        result = ((any_function)real->name)(ARGUMENTS); \
        then_hang(#name); \
        return result; \
    }

#define OTHER_CALLS(X) \
    X(C_Initialize) X(C_GetInfo) X(C_GetMechanismList) X(C_GetMechanismInfo) X(C_InitToken) X(C_InitPIN) \
    X(C_CloseAllSessions) X(C_GetOperationState) X(C_SetOperationState) X(C_Logout) X(C_CreateObject) X(C_CopyObject) \
    X(C_DestroyObject) X(C_GetObjectSize) X(C_GetAttributeValue) X(C_SetAttributeValue) X(C_FindObjects) \
    X(C_FindObjectsFinal) X(C_EncryptInit) X(C_Encrypt) X(C_EncryptUpdate) X(C_EncryptFinal) X(C_DecryptInit) X(C_Decrypt) \
    X(C_DecryptUpdate) X(C_DecryptFinal) X(C_DigestInit) X(C_Digest) X(C_DigestUpdate) X(C_DigestKey) X(C_DigestFinal) \
    X(C_SignUpdate) X(C_SignFinal) X(C_SignRecoverInit) X(C_SignRecover) X(C_VerifyInit) X(C_Verify) X(C_VerifyUpdate) \
    X(C_VerifyFinal) X(C_VerifyRecoverInit) X(C_VerifyRecover) X(C_DigestEncryptUpdate) X(C_DecryptDigestUpdate) \
    X(C_SignEncryptUpdate) X(C_DecryptVerifyUpdate) X(C_GenerateKey) X(C_GenerateKeyPair) X(C_WrapKey) X(C_UnwrapKey) \
    X(C_DeriveKey) X(C_SeedRandom) X(C_GenerateRandom) X(C_GetFunctionStatus) X(C_CancelFunction) X(C_WaitForSlotEvent)

#define OWN_CALLS(X) \
    X(C_GetSlotList) X(C_GetSlotInfo) X(C_GetTokenInfo) X(C_OpenSession) X(C_CloseSession) X(C_Finalize) \
    X(C_GetSessionInfo) X(C_Login) X(C_SetPIN) X(C_FindObjectsInit) X(C_SignInit) X(C_Sign)

OTHER_CALLS(PASS_ON)

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list);

#define ENTRY(name) .name = (void *)faulty_##name,
static CK_FUNCTION_LIST functions = {
    .version = { 2, 40 }, .C_GetFunctionList = C_GetFunctionList, OTHER_CALLS(ENTRY) OWN_CALLS(ENTRY)
};

__attribute__((constructor)) static void load(void)
{
    char path[PATH_BYTES];
    Dl_info self;
    void *module;
    CK_C_GetFunctionList get = NULL;
    if (!dladdr((void *)load, &self) || !realpath(self.dli_fname, base)) abort();
    beside(path, ".conf");
    if (access(path, R_OK) == 0) setenv("SOFTHSM2_CONF", path, 1);
    if (!(module = dlopen(REAL_MODULE, RTLD_NOW | RTLD_LOCAL))) { fprintf(stderr, "%s\n", dlerror()); abort(); }
    *(void **)&get = dlsym(module, "C_GetFunctionList");
    if (!get || get(&real) != CKR_OK) abort();
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
    CK_RV result;
    if (intervene("C_GetFunctionList", &result)) return result;
    *list = &functions;
    return CKR_OK;
}
