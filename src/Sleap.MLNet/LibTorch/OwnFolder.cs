using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Sleap.MLNet;

/// <summary>
/// Checks whether only the current user can write to a folder on Linux, so that it is safe to load code from it.
/// </summary>
[SupportedOSPlatform("linux")]
internal static partial class OwnFolder
{
    private const int CurrentFolder = -100,
        NoFollow = 0x100;
    private const uint RequestedFields = 0x1 | 0x2 | 0x8; // type, mode, owner
    private const int OwnerOffset = 20,
        ModeOffset = 28,
        Size = 256;
    private const int TypeMask = 0xf000,
        FolderType = 0x4000,
        StickyBit = 0x200,
        OthersWrite = 0x12;

    /// <summary>
    /// Whether the folder belongs to this user and is not a link, and neither it nor a parent folder can be changed by
    /// others.
    /// </summary>
    /// <param name="folder">A full path.</param>
    public static bool IsOurs(string folder)
    {
        var user = EffectiveUser();
        if (
            Stat(folder) is not { } own
            || own.Owner != user
            || (own.Mode & TypeMask) != FolderType
            || (own.Mode & OthersWrite) != 0
        )
        {
            return false;
        }

        for (var above = Path.GetDirectoryName(folder); above is not null; above = Path.GetDirectoryName(above))
        {
            // In a sticky folder such as /tmp only the owner of an entry can rename it. A link among the parents is
            // safe because its owner is checked.
            if (
                Stat(above) is not { } found
                || (found.Owner != user && found.Owner != 0)
                || (
                    (found.Mode & TypeMask) == FolderType
                    && (found.Mode & OthersWrite) != 0
                    && (found.Mode & StickyBit) == 0
                )
            )
            {
                return false;
            }
        }

        return true;
    }

    private static (uint Owner, int Mode)? Stat(string path)
    {
        var answer = new byte[Size];
        return StatX(CurrentFolder, path, NoFollow, RequestedFields, answer) == 0
            ? (
                BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(OwnerOffset)),
                BinaryPrimitives.ReadUInt16LittleEndian(answer.AsSpan(ModeOffset))
            )
            : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, [Out] byte[] answer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
