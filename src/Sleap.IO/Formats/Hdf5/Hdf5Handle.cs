using System.Runtime.InteropServices;

namespace Sleap.IO;

/// <summary>One reference to an HDF5 object of any kind; closing gives the reference back.</summary>
internal sealed class Hdf5Handle : SafeHandle
{
    public Hdf5Handle(long id)
        : base(-1, ownsHandle: true) => SetHandle((nint)id);

    public long Id => handle;

    public override bool IsInvalid => handle < 0;

    protected override bool ReleaseHandle()
    {
        lock (Hdf5Library.Gate)
            return Hdf5Native.H5Idec_ref(handle) >= 0;
    }
}
