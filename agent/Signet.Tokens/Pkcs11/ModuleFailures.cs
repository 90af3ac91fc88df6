using Net.Pkcs11Interop.Common;

namespace Signet.Tokens.Pkcs11;

/// <summary>What can go wrong with a module as a whole, in words.</summary>
internal static class ModuleFailures
{
    /// <summary>Whether the exception says that the module, or the search for the token, failed.</summary>
    public static bool Includes(Exception exception) => exception
        is Pkcs11Exception or AmbiguousTokenException or UnmanagedException or LibraryArchitectureException
        or UnsupportedPlatformException or DllNotFoundException;

    /// <summary>The failure for a person; names no path.</summary>
    /// <param name="exception">One that <see cref="Includes"/>.</param>
    public static string Explain(Exception exception) => exception switch
    {
        AmbiguousTokenException => exception.Message,
        Pkcs11Exception failed => $"The PKCS#11 module failed ({failed.Method}: {failed.RV}).",
        LibraryArchitectureException => "The PKCS#11 module is built for another kind of processor.",
        _ => "The PKCS#11 module cannot be loaded. Check its path in the configuration, and that the agent may read it.",
    };
}
