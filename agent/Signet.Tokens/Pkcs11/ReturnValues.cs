using System.Collections.Frozen;
using System.Globalization;
using Net.Pkcs11Interop.Common;

namespace Signet.Tokens.Pkcs11;

/// <summary>
/// The one table of what to do about each return value of PKCS#11 (PKCS#11 version 2.40, section 5.1). A value that is
/// not in it, such as a vendor's own, locks the token.
/// </summary>
internal static class ReturnValues
{
    private static readonly FrozenDictionary<CKR, Disposition> Table = new Dictionary<CKR, Disposition>
    {
        // A stale handle, or a call that the module gave up by itself.
        [CKR.CKR_KEY_HANDLE_INVALID] = Disposition.RetryOnThisSession,
        [CKR.CKR_OBJECT_HANDLE_INVALID] = Disposition.RetryOnThisSession,
        [CKR.CKR_KEY_CHANGED] = Disposition.RetryOnThisSession,
        [CKR.CKR_CANCEL] = Disposition.RetryOnThisSession,
        [CKR.CKR_FUNCTION_CANCELED] = Disposition.RetryOnThisSession,
        [CKR.CKR_BUFFER_TOO_SMALL] = Disposition.RetryOnThisSession,
        [CKR.CKR_NO_EVENT] = Disposition.RetryOnThisSession,
        [CKR.CKR_NEXT_OTP] = Disposition.RetryOnThisSession,

        // The session is in a state that it should not be in, or the module does not say what is wrong. A new session
        // shows whether the token is still there.
        [CKR.CKR_GENERAL_ERROR] = Disposition.RetryOnNewSession,
        [CKR.CKR_FUNCTION_FAILED] = Disposition.RetryOnNewSession,
        [CKR.CKR_DEVICE_ERROR] = Disposition.RetryOnNewSession,
        [CKR.CKR_OPERATION_ACTIVE] = Disposition.RetryOnNewSession,
        [CKR.CKR_OPERATION_NOT_INITIALIZED] = Disposition.RetryOnNewSession,
        [CKR.CKR_STATE_UNSAVEABLE] = Disposition.RetryOnNewSession,
        [CKR.CKR_SAVED_STATE_INVALID] = Disposition.RetryOnNewSession,
        [CKR.CKR_SESSION_COUNT] = Disposition.RetryOnNewSession,
        [CKR.CKR_SESSION_EXISTS] = Disposition.RetryOnNewSession,
        [CKR.CKR_SESSION_READ_ONLY_EXISTS] = Disposition.RetryOnNewSession,
        [CKR.CKR_SESSION_PARALLEL_NOT_SUPPORTED] = Disposition.RetryOnNewSession,
        [CKR.CKR_SESSION_READ_ONLY] = Disposition.RetryOnNewSession,
        [CKR.CKR_FUNCTION_NOT_PARALLEL] = Disposition.RetryOnNewSession,
        [CKR.CKR_DEVICE_MEMORY] = Disposition.RetryOnNewSession,

        // The login, the session, the token or the module is gone. CKR_OK is here because it is no error: code that
        // asks for its disposition is wrong, and wrong code locks.
        [CKR.CKR_SESSION_CLOSED] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_SESSION_HANDLE_INVALID] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_USER_NOT_LOGGED_IN] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_USER_ANOTHER_ALREADY_LOGGED_IN] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_USER_ALREADY_LOGGED_IN] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_USER_TOO_MANY_TYPES] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_SESSION_READ_WRITE_SO_EXISTS] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_DEVICE_REMOVED] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_TOKEN_NOT_PRESENT] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_TOKEN_NOT_RECOGNIZED] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_SLOT_ID_INVALID] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_CRYPTOKI_NOT_INITIALIZED] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_CRYPTOKI_ALREADY_INITIALIZED] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_HOST_MEMORY] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_MUTEX_BAD] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_MUTEX_NOT_LOCKED] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_NEED_TO_CREATE_THREADS] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_CANT_LOCK] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_LIBRARY_LOAD_FAILED] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_VENDOR_DEFINED] = Disposition.ReinitialiseAndLock,
        [CKR.CKR_OK] = Disposition.ReinitialiseAndLock,

        // The call itself is wrong for this key or this token.
        [CKR.CKR_ARGUMENTS_BAD] = Disposition.RefuseRequest,
        [CKR.CKR_ATTRIBUTE_READ_ONLY] = Disposition.RefuseRequest,
        [CKR.CKR_ATTRIBUTE_SENSITIVE] = Disposition.RefuseRequest,
        [CKR.CKR_ATTRIBUTE_TYPE_INVALID] = Disposition.RefuseRequest,
        [CKR.CKR_ATTRIBUTE_VALUE_INVALID] = Disposition.RefuseRequest,
        [CKR.CKR_ACTION_PROHIBITED] = Disposition.RefuseRequest,
        [CKR.CKR_DATA_INVALID] = Disposition.RefuseRequest,
        [CKR.CKR_DATA_LEN_RANGE] = Disposition.RefuseRequest,
        [CKR.CKR_ENCRYPTED_DATA_INVALID] = Disposition.RefuseRequest,
        [CKR.CKR_ENCRYPTED_DATA_LEN_RANGE] = Disposition.RefuseRequest,
        [CKR.CKR_FUNCTION_NOT_SUPPORTED] = Disposition.RefuseRequest,
        [CKR.CKR_KEY_SIZE_RANGE] = Disposition.RefuseRequest,
        [CKR.CKR_KEY_TYPE_INCONSISTENT] = Disposition.RefuseRequest,
        [CKR.CKR_KEY_NOT_NEEDED] = Disposition.RefuseRequest,
        [CKR.CKR_KEY_NEEDED] = Disposition.RefuseRequest,
        [CKR.CKR_KEY_INDIGESTIBLE] = Disposition.RefuseRequest,
        [CKR.CKR_KEY_FUNCTION_NOT_PERMITTED] = Disposition.RefuseRequest,
        [CKR.CKR_KEY_NOT_WRAPPABLE] = Disposition.RefuseRequest,
        [CKR.CKR_KEY_UNEXTRACTABLE] = Disposition.RefuseRequest,
        [CKR.CKR_MECHANISM_INVALID] = Disposition.RefuseRequest,
        [CKR.CKR_MECHANISM_PARAM_INVALID] = Disposition.RefuseRequest,
        [CKR.CKR_SIGNATURE_INVALID] = Disposition.RefuseRequest,
        [CKR.CKR_SIGNATURE_LEN_RANGE] = Disposition.RefuseRequest,
        [CKR.CKR_TEMPLATE_INCOMPLETE] = Disposition.RefuseRequest,
        [CKR.CKR_TEMPLATE_INCONSISTENT] = Disposition.RefuseRequest,
        [CKR.CKR_TOKEN_WRITE_PROTECTED] = Disposition.RefuseRequest,
        [CKR.CKR_UNWRAPPING_KEY_HANDLE_INVALID] = Disposition.RefuseRequest,
        [CKR.CKR_UNWRAPPING_KEY_SIZE_RANGE] = Disposition.RefuseRequest,
        [CKR.CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT] = Disposition.RefuseRequest,
        [CKR.CKR_USER_TYPE_INVALID] = Disposition.RefuseRequest,
        [CKR.CKR_WRAPPED_KEY_INVALID] = Disposition.RefuseRequest,
        [CKR.CKR_WRAPPED_KEY_LEN_RANGE] = Disposition.RefuseRequest,
        [CKR.CKR_WRAPPING_KEY_HANDLE_INVALID] = Disposition.RefuseRequest,
        [CKR.CKR_WRAPPING_KEY_SIZE_RANGE] = Disposition.RefuseRequest,
        [CKR.CKR_WRAPPING_KEY_TYPE_INCONSISTENT] = Disposition.RefuseRequest,
        [CKR.CKR_RANDOM_SEED_NOT_SUPPORTED] = Disposition.RefuseRequest,
        [CKR.CKR_RANDOM_NO_RNG] = Disposition.RefuseRequest,
        [CKR.CKR_DOMAIN_PARAMS_INVALID] = Disposition.RefuseRequest,
        [CKR.CKR_CURVE_NOT_SUPPORTED] = Disposition.RefuseRequest,
        [CKR.CKR_INFORMATION_SENSITIVE] = Disposition.RefuseRequest,
        [CKR.CKR_PUBLIC_KEY_INVALID] = Disposition.RefuseRequest,
        [CKR.CKR_FUNCTION_REJECTED] = Disposition.RefuseRequest,

        // What only a person can put right. Nothing here is ever repeated by a program.
        [CKR.CKR_PIN_INCORRECT] = Disposition.OperatorNeeded,
        [CKR.CKR_PIN_INVALID] = Disposition.OperatorNeeded,
        [CKR.CKR_PIN_LEN_RANGE] = Disposition.OperatorNeeded,
        [CKR.CKR_PIN_EXPIRED] = Disposition.OperatorNeeded,
        [CKR.CKR_PIN_LOCKED] = Disposition.OperatorNeeded,
        [CKR.CKR_PIN_TOO_WEAK] = Disposition.OperatorNeeded,
        [CKR.CKR_USER_PIN_NOT_INITIALIZED] = Disposition.OperatorNeeded,
        [CKR.CKR_NEW_PIN_MODE] = Disposition.OperatorNeeded,
        [CKR.CKR_EXCEEDED_MAX_ITERATIONS] = Disposition.OperatorNeeded,
        [CKR.CKR_FIPS_SELF_TEST_FAILED] = Disposition.OperatorNeeded,
    }.ToFrozenDictionary();

    /// <summary>The values that the table has an entry for.</summary>
    public static IReadOnlyCollection<CKR> Known => Table.Keys;

    /// <summary>The value's name in PKCS#11, or for a vendor's own its number in hexadecimal, as makers' documents have it.</summary>
    public static string Name(CKR value) => Enum.IsDefined(value) && value != CKR.CKR_VENDOR_DEFINED
        ? value.ToString()
        : string.Create(CultureInfo.InvariantCulture, $"0x{(ulong)value:x8}{(value >= CKR.CKR_VENDOR_DEFINED ? ", a code of the module's maker" : string.Empty)}");

    /// <summary>What to do about a value.</summary>
    public static Disposition DispositionOf(CKR value) =>
        Table.GetValueOrDefault(value, Disposition.ReinitialiseAndLock);

    /// <summary>
    /// Whether a failed C_Login with this value may have spent one of the tries that the token allows. Some cards answer
    /// a wrong PIN with CKR_GENERAL_ERROR or CKR_FUNCTION_FAILED, OpenPGP cards behind OpenSC with CKR_USER_NOT_LOGGED_IN, and
    /// some makers with a code of their own.
    /// </summary>
    public static bool MayHaveSpentATry(CKR value) => value
        is CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_INVALID or CKR.CKR_PIN_LEN_RANGE or CKR.CKR_PIN_LOCKED
        or CKR.CKR_GENERAL_ERROR or CKR.CKR_FUNCTION_FAILED or CKR.CKR_USER_NOT_LOGGED_IN
        || value >= CKR.CKR_VENDOR_DEFINED;

    /// <summary>Whether the value says that the token, or the way to it, is gone.</summary>
    public static bool MeansTokenGone(CKR value) => value
        is CKR.CKR_DEVICE_REMOVED or CKR.CKR_TOKEN_NOT_PRESENT or CKR.CKR_TOKEN_NOT_RECOGNIZED or CKR.CKR_SLOT_ID_INVALID;
}
