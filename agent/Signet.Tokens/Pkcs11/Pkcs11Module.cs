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
    /// <param name="arguments">What it gets with C_Initialize; null for nothing.</param>
    /// <param name="singleThread">Whether one thread alone will use it: then a module that has no locks will do, too.</param>
    /// <exception cref="ModuleAccessException">The file is not there, or this account may not read it.</exception>
    /// <exception cref="UnmanagedException">The system cannot load the file.</exception>
    /// <exception cref="LibraryArchitectureException">The file is for another architecture.</exception>
    /// <exception cref="Pkcs11Exception">C_Initialize failed.</exception>
    public static IPkcs11Library Load(string path, string? arguments = null, bool singleThread = false)
    {
        ResolveLibDl();
        ModuleAccessException.Demand(path);
        try
        {
            return Load(path, arguments, AppType.MultiThreaded);
        }
        catch (Pkcs11Exception exception) when (singleThread && exception is { Method: "C_Initialize", RV: CKR.CKR_CANT_LOCK })
        {
            // PKCS#11 2.40 base, section 5.4: without the flag the application promises that one thread alone calls.
            return Load(path, arguments, AppType.SingleThreaded);
        }
    }

    private static IPkcs11Library Load(string path, string? arguments, AppType kind)
    {
        var factories = new Pkcs11InteropFactories();
        return arguments switch
        {
            null => factories.Pkcs11LibraryFactory.LoadPkcs11Library(factories, path, kind),

            // The layout of the structures: 8 bytes aligned, or on Windows 4 bytes packed.
            _ when OperatingSystem.IsWindows() => new WindowsModuleWithArguments(factories, path, arguments, kind),
            _ => new UnixModuleWithArguments(factories, path, arguments, kind),
        };
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
