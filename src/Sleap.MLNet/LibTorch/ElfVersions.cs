using System.Buffers.Binary;
using System.Text;

namespace Sleap.MLNet;

/// <summary>
/// Reads the symbol versions that a Linux library requires of other libraries, and makes a copy of it that requires
/// fewer.
/// </summary>
/// <remarks>
/// TorchSharp's native library is built with GCC 13 and requires the version GLIBCXX_3.4.32 of libstdc++, which Debian
/// 12, Ubuntu 22.04 and RHEL 9 do not have. Only one symbol needs it, a marker without effect. RHEL 9 also lacks
/// GLIBCXX_3.4.30, which is required for one function that older libraries have under an older version. Layout: 64-bit
/// little-endian ELF, see the System V gABI and the Linux Standard Base, "Symbol Versioning".
/// </remarks>
internal static class ElfVersions
{
    private const int SectionHeaderSize = 64,
        SymbolSize = 24;
    private const uint DynamicSymbols = 11,
        VersionNeeds = 0x6ffffffe,
        VersionIndices = 0x6fffffff;
    private const ushort Weak = 2,
        Unversioned = 1;

    /// <summary>A replacement for a symbol that an older libstdc++ does not have under its version.</summary>
    /// <param name="Symbol">The symbol's mangled name.</param>
    /// <param name="Name">The name to require instead, not longer than that of the symbol.</param>
    /// <param name="Version">The version to require instead; null for none.</param>
    private sealed record Substitute(string Symbol, string Name, string? Version);

    private static readonly Substitute[] Substitutes =
    [
        // Tells the linker that the library uses <iostream>. It has no effect, so any libc function without arguments
        // can replace it.
        new("_ZSt21ios_base_library_initv", "getppid", null),
        // condition_variable::wait(unique_lock&): GCC 12 made it noexcept under a new version and kept the old one.
        new(
            "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE",
            "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE",
            "GLIBCXX_3.4.11"
        ),
    ];

    /// <summary>Returns the versions that the library requires, such as GLIBCXX_3.4.32 of libstdc++.so.6.</summary>
    /// <exception cref="InvalidDataException">
    /// The bytes are not a 64-bit little-endian ELF library with symbol versions.
    /// </exception>
    public static IReadOnlyList<string> Needed(ReadOnlySpan<byte> library, string of)
    {
        var image = new Image(library);
        var needed = new List<string>();
        foreach (var need in image.Needs())
        {
            if (need.File == of && (need.Flags & Weak) == 0)
                needed.Add(need.Version);
        }

        return needed;
    }

    /// <summary>Returns the versions that a library defines, found as strings in its file.</summary>
    public static IReadOnlySet<string> Defined(ReadOnlySpan<byte> library, string prefix)
    {
        var found = new HashSet<string>();
        var start = Encoding.ASCII.GetBytes(prefix + "_");
        for (int at = 0, next; (next = library[at..].IndexOf(start)) >= 0; at++)
        {
            at += next;
            var length = library[at..].IndexOf((byte)0);
            if (length is > 0 and < 64)
                found.Add(Encoding.ASCII.GetString(library.Slice(at, length)));
        }

        return found;
    }

    /// <summary>
    /// Returns a copy of the library that can be loaded if the versions <paramref name="missing"/> are not available.
    /// </summary>
    /// <param name="library">The library's bytes, which are not changed.</param>
    /// <param name="missing">Versions as returned by <see cref="Needed"/>.</param>
    /// <exception cref="InvalidDataException">
    /// The layout is unknown, or a symbol with one of these versions has no known replacement.
    /// </exception>
    public static byte[] Without(ReadOnlySpan<byte> library, IReadOnlyCollection<string> missing)
    {
        var copy = library.ToArray();
        var image = new Image(copy);
        var needs = image.Needs();
        foreach (var need in needs.Where(need => missing.Contains(need.Version) && (need.Flags & Weak) == 0))
        {
            for (var symbol = 0; symbol < image.SymbolCount; symbol++)
            {
                if (image.VersionOf(symbol) == need.Index)
                    Replace(image, copy, symbol, need, needs);
            }

            Write16(copy, need.FlagsOffset, (ushort)(need.Flags | Weak));
        }

        return copy;
    }

    private static void Replace(Image image, byte[] copy, int symbol, Need need, List<Need> needs)
    {
        var name = image.NameOf(symbol);
        var substitute =
            Substitutes.FirstOrDefault(one => one.Symbol == name)
            ?? throw new InvalidDataException(
                $"it asks for '{name}' under {need.Version}, and nothing is known to stand in for that"
            );
        var version = Unversioned;
        if (substitute.Version is not null)
        {
            version =
                needs.FirstOrDefault(one => one.File == need.File && one.Version == substitute.Version)?.Index
                ?? throw new InvalidDataException(
                    $"'{name}' would have to be asked for under {substitute.Version}, "
                        + $"which the library does not name"
                );
        }

        Write16(copy, image.VersionOffset(symbol), version);
        if (substitute.Name == name)
            return;
        int start = image.NameOffset(symbol),
            end = start + name.Length;
        for (var other = 0; other < image.SymbolCount; other++)
        {
            if (other != symbol && image.NameOffset(other) >= start && image.NameOffset(other) < end)
                throw new InvalidDataException($"the name '{name}' is part of another symbol's");
        }

        copy.AsSpan(start, name.Length).Clear();
        Encoding.ASCII.GetBytes(substitute.Name, copy.AsSpan(start, name.Length));
    }

    private static void Write16(byte[] bytes, int offset, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(offset, 2), value);

    /// <summary>A version that is required of another library.</summary>
    private sealed record Need(string File, string Version, ushort Flags, ushort Index, int FlagsOffset);

    private readonly ref struct Image
    {
        private readonly ReadOnlySpan<byte> _bytes;
        private readonly int _symbols,
            _strings,
            _stringsEnd,
            _indices,
            _needs,
            _needFiles;

        public Image(ReadOnlySpan<byte> bytes)
        {
            _bytes = bytes;
            // 0x7f 'E' 'L' 'F', 64 bits, little-endian
            if (
                bytes.Length < 64
                || !bytes[..6].SequenceEqual(new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1 })
            )
            {
                throw new InvalidDataException("it is not a 64-bit little-endian ELF file");
            }

            var headers = Read64(0x28);
            int size = Read16(0x3a),
                count = Read16(0x3c);
            if (size != SectionHeaderSize)
                throw new InvalidDataException("its section headers have an unknown size");
            for (var i = 0; i < count; i++)
            {
                var header = Offset(headers + (long)i * size);
                var type = Read32(header + 4);
                int start = Offset(Read64(header + 0x18)),
                    length = Offset(Read64(header + 0x20)),
                    link = (int)Read32(header + 0x28),
                    info = (int)Read32(header + 0x2c);
                if (type == DynamicSymbols)
                {
                    var strings = Offset(headers + (long)link * size);
                    (_symbols, SymbolCount) = (start, length / SymbolSize);
                    (_strings, _stringsEnd) = (
                        Offset(Read64(strings + 0x18)),
                        Offset(Read64(strings + 0x18) + Read64(strings + 0x20))
                    );
                }
                else if (type == VersionIndices)
                {
                    _indices = start;
                }
                else if (type == VersionNeeds)
                {
                    (_needs, _needFiles) = (start, info);
                }
            }

            if (_symbols == 0 || _indices == 0 || _needs == 0)
                throw new InvalidDataException("it has no section of dynamic symbols or of their versions");
        }

        public int SymbolCount { get; }

        public int VersionOffset(int symbol) => _indices + 2 * symbol;

        // Bit 15 marks a hidden symbol.
        public ushort VersionOf(int symbol) => (ushort)(Read16(VersionOffset(symbol)) & 0x7fff);

        public int NameOffset(int symbol) => Offset((long)_strings + Read32(_symbols + SymbolSize * symbol));

        public string NameOf(int symbol) => Text(NameOffset(symbol));

        public List<Need> Needs()
        {
            var needs = new List<Need>();
            var file = _needs;
            for (var i = 0; i < _needFiles; i++)
            {
                var name = Text(Offset((long)_strings + Read32(file + 4)));
                var entry = Offset((long)file + Read32(file + 8));
                for (var j = 0; j < Read16(file + 2); j++)
                {
                    needs.Add(
                        new(
                            name,
                            Text(Offset((long)_strings + Read32(entry + 8))),
                            Read16(entry + 4),
                            Read16(entry + 6),
                            entry + 4
                        )
                    );
                    if (Read32(entry + 12) is var step && step == 0)
                        break; // the last one
                    entry = Offset((long)entry + step);
                }

                if (Read32(file + 12) is var next && next == 0)
                    break;
                file = Offset((long)file + next);
            }

            return needs;
        }

        private string Text(int offset)
        {
            var length = offset < _stringsEnd ? _bytes[offset.._stringsEnd].IndexOf((byte)0) : -1;
            return length < 0
                ? throw new InvalidDataException("a name in it has no end")
                : Encoding.ASCII.GetString(_bytes.Slice(offset, length));
        }

        private int Offset(long value) =>
            value >= 0 && value <= _bytes.Length
                ? (int)value
                : throw new InvalidDataException("an offset in it lies outside the file");

        private ReadOnlySpan<byte> At(int offset, int length) =>
            offset >= 0 && offset <= _bytes.Length - length
                ? _bytes.Slice(offset, length)
                : throw new InvalidDataException("it ends in the middle of a table");

        private ushort Read16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(At(offset, 2));

        private uint Read32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(At(offset, 4));

        private long Read64(int offset) => BinaryPrimitives.ReadInt64LittleEndian(At(offset, 8));
    }
}
