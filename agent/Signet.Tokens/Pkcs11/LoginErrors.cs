using Net.Pkcs11Interop.Common;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Tokens.Pkcs11;

/// <summary>What a failed C_Login means for the operator.</summary>
internal static class LoginErrors
{
    /// <summary>The error to answer with. Its detail goes to the ledger too, so it holds nothing of the PIN.</summary>
    /// <param name="exception">What C_Login or C_OpenSession returned.</param>
    public static SigningException Explain(Pkcs11Exception exception)
    {
        var (reason, detail) = exception.RV switch
        {
            CKR.CKR_PIN_INCORRECT => (ErrorReason.InvalidRequest, "The PIN is wrong."),
            CKR.CKR_PIN_INVALID or CKR.CKR_PIN_LEN_RANGE => (
                ErrorReason.InvalidRequest, "The PIN is wrong: this token has no PIN of such a length or with such characters."),
            CKR.CKR_PIN_LOCKED => (
                ErrorReason.TokenFailed, "The token is blocked after too many wrong PINs. Its security officer unblocks it."),
            CKR.CKR_PIN_EXPIRED => (
                ErrorReason.TokenFailed, "The PIN has expired. Change it with the tool of the token's maker."),
            CKR.CKR_USER_PIN_NOT_INITIALIZED => (
                ErrorReason.TokenFailed, "The token has no user PIN yet. Set one with the tool of the token's maker."),
            CKR.CKR_FUNCTION_CANCELED or CKR.CKR_CANCEL => (
                ErrorReason.InvalidRequest, "The PIN was not typed on the token's pad, or its entry was cancelled."),
            _ when exception.Method == "C_Login" && ReturnValues.MayHaveSpentATry(exception.RV) => (
                ErrorReason.InvalidRequest,
                $"The login failed ({ReturnValues.Name(exception.RV)}). Some tokens answer a wrong PIN so: check the tries that are left before the next one."),
            _ when ReturnValues.MeansTokenGone(exception.RV) => (
                ErrorReason.TokenAbsent, $"The token is not there ({ReturnValues.Name(exception.RV)}). Insert it and try again."),
            _ => (ErrorReason.TokenFailed, $"The login failed ({exception.Method}: {ReturnValues.Name(exception.RV)})."),
        };
        return new SigningException(reason, detail, innerException: exception);
    }

    /// <summary>A session is logged in although this process never logged in.</summary>
    /// <param name="saysNoLogin">Whether the token says that it needs no login.</param>
    public static SigningException LoggedInAlready(bool saysNoLogin) => new(
        ErrorReason.TokenFailed,
        saysNoLogin
            ? "The token needs no PIN: every session is logged in at once. Say 'unlock: none' or 'unlock: operator' for it in the "
                + "configuration; docs/tokens.md says what that does not protect against. No PIN was tried."
            : "Another program is logged in at the token, and the module shares its login with this one. Signet uses no login but its own: "
                + "end that program, and unlock again. No PIN was tried.");
}
