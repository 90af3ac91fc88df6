using Net.Pkcs11Interop.Common;

namespace Signet.Tokens.Pkcs11;

/// <summary>What can go wrong with a module as a whole, in words.</summary>
internal static class ModuleFailures
{
    /// <summary>Whether the exception says that the module, or the search for the token, failed.</summary>
    public static bool Includes(Exception exception) => exception
        is Pkcs11Exception or AmbiguousTokenException or UnmanagedException or LibraryArchitectureException
        or UnsupportedPlatformException or DllNotFoundException or ModuleAccessException;

    /// <summary>The failure for an operator, in the loader's own words where it was the loader that failed. May name a path.</summary>
    /// <param name="exception">One that <see cref="Includes"/>.</param>
    public static string Explain(Exception exception) => exception switch
    {
        AmbiguousTokenException or ModuleAccessException => exception.Message,
        Pkcs11Exception { Method: "C_Initialize", RV: CKR.CKR_CANT_LOCK } =>
            "The PKCS#11 module has no locks for several threads (C_Initialize: CKR_CANT_LOCK). Say 'sessions: 1' for this token.",
        Pkcs11Exception failed => $"The PKCS#11 module failed ({failed.Method}: {ReturnValues.Name(failed.RV)}).",
        LibraryArchitectureException => "The PKCS#11 module is built for another kind of processor.",
        _ => $"The PKCS#11 module cannot be loaded: {exception.Message.ReplaceLineEndings(" ").TrimEnd('.')}.",
    };
}
