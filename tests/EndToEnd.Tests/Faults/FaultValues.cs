using Net.Pkcs11Interop.Common;

namespace Signet.EndToEnd.Tests.Faults;

/// <summary>What return values mean for the login (PKCS#11 2.40 base, sections 5.1.2 and 5.1.4).</summary>
public static class FaultValues
{
    /// <summary>Say by themselves that the login is no more.</summary>
    public static readonly IReadOnlySet<CKR> LoginGone = new HashSet<CKR>
    {
        CKR.CKR_SESSION_CLOSED, CKR.CKR_SESSION_HANDLE_INVALID, CKR.CKR_USER_NOT_LOGGED_IN, CKR.CKR_DEVICE_REMOVED,
        CKR.CKR_TOKEN_NOT_PRESENT, CKR.CKR_TOKEN_NOT_RECOGNIZED, CKR.CKR_SLOT_ID_INVALID, CKR.CKR_CRYPTOKI_NOT_INITIALIZED,
    };

    /// <summary>Concern one operation alone.</summary>
    public static readonly IReadOnlySet<CKR> OperationRefused = new HashSet<CKR>
    {
        CKR.CKR_DATA_INVALID, CKR.CKR_DATA_LEN_RANGE, CKR.CKR_MECHANISM_INVALID, CKR.CKR_MECHANISM_PARAM_INVALID,
        CKR.CKR_KEY_FUNCTION_NOT_PERMITTED, CKR.CKR_KEY_SIZE_RANGE, CKR.CKR_KEY_TYPE_INCONSISTENT, CKR.CKR_FUNCTION_REJECTED,
    };
}
