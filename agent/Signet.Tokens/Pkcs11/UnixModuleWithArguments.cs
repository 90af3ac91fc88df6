using System.Runtime.InteropServices;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Net.Pkcs11Interop.LowLevelAPI80;

namespace Signet.Tokens.Pkcs11;

/// <summary>
/// A module that gets a string with C_Initialize (PKCS#11 2.40 base, section 5.4, <c>pReserved</c>), which Pkcs11Interop passes
/// to none. NSS reads where its database is there.
/// </summary>
internal sealed class UnixModuleWithArguments : Net.Pkcs11Interop.HighLevelAPI80.Pkcs11Library
{
    /// <summary>Loads and initialises the module.</summary>
    /// <exception cref="UnmanagedException">The system cannot load the file.</exception>
    /// <exception cref="Pkcs11Exception">C_Initialize failed.</exception>
    public UnixModuleWithArguments(Pkcs11InteropFactories factories, string path, string arguments, AppType kind)
        : base(factories, path)
    {
        // Some modules, such as NSS, keep the pointer, so it is never freed.
        var text = Marshal.StringToCoTaskMemUTF8(arguments);
        _pkcs11Library = new Pkcs11Library(path);
        var result = _pkcs11Library.C_Initialize(new CK_C_INITIALIZE_ARGS
        {
            Flags = kind == AppType.MultiThreaded ? (ulong)CKF.CKF_OS_LOCKING_OK : 0,
            Reserved = text,
        });
        if (result is not (CKR.CKR_OK or CKR.CKR_CRYPTOKI_ALREADY_INITIALIZED))
        {
            _pkcs11Library.Dispose();
            _pkcs11Library = null;
            _disposed = true;
            throw new Pkcs11Exception("C_Initialize", result);
        }
    }
}
