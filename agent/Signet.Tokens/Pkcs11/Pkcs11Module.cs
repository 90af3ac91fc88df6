using System.Runtime.InteropServices;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace Signet.Tokens.Pkcs11;

/// <summary>Loads PKCS#11 modules.</summary>
internal static class Pkcs11Module
{
    private static readonly Lock ResolverLock = new();

    /// <summary>Loads a module and initialises it for use by several threads with the system's own locks.</summary>
    /// <param name="path">Absolute path of the module.</param>
    /// <exception cref="UnmanagedException">The system cannot load the file.</exception>
    /// <exception cref="LibraryArchitectureException">The file is for another architecture.</exception>
    /// <exception cref="Pkcs11Exception">C_Initialize failed.</exception>
    public static IPkcs11Library Load(string path)
    {
        ResolveLibDl();
        var factories = new Pkcs11InteropFactories();
        return factories.Pkcs11LibraryFactory.LoadPkcs11Library(factories, path, AppType.MultiThreaded);
    }

    /// <summary>
    /// Pkcs11Interop asks for "libdl", which current distributions have as libdl.so.2 alone, or in libc itself.
    /// </summary>
    private static void ResolveLibDl()
    {
        lock (ResolverLock)
        {
            try
            {
                NativeLibrary.SetDllImportResolver(typeof(IPkcs11Library).Assembly, (name, assembly, search) =>
                    name == "libdl" && OperatingSystem.IsLinux()
                    && (NativeLibrary.TryLoad("libdl.so.2", assembly, search, out var handle)
                        || NativeLibrary.TryLoad("libc.so.6", assembly, search, out handle))
                        ? handle
                        : 0);
            }
            catch (InvalidOperationException)
            {
                // Set already: .NET takes one resolver an assembly, and this is the only place that sets one.
            }
        }
    }
}
