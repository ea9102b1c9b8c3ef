using System.Runtime.InteropServices;
using System.Text;
using FsCheck.Xunit;

namespace Sleap.MLNet.Tests;

/// <summary>
/// The copy of TorchSharp's native library for systems with an older libstdc++, on the bytes of the package that is
/// used.
/// </summary>
public sealed class ElfVersionsTests
{
    private const string Standard = "libstdc++.so.6",
        Marker = "_ZSt21ios_base_library_initv";

    private static readonly byte[] Library = File.ReadAllBytes(
        ((string)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES")!)
            .Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "libLibTorchSharp.so"))
            .First(File.Exists)
    );

    [Fact]
    public void What_the_library_needs_is_read()
    {
        var needed = ElfVersions.Needed(Library, Standard);
        Assert.Contains("GLIBCXX_3.4.32", needed);
        Assert.Contains("GLIBCXX_3.4.30", needed);
        Assert.Contains("CXXABI_1.3.13", needed);
        Assert.DoesNotContain(needed, version => version.StartsWith("GLIBC_", StringComparison.Ordinal));
        Assert.Contains("GLIBC_2.34", ElfVersions.Needed(Library, "libc.so.6"));
        Assert.Empty(ElfVersions.Needed(Library, "libother.so"));
    }

    [Fact]
    public void The_copy_for_Debian_12_differs_in_one_symbol_and_its_version()
    {
        var copy = ElfVersions.Without(Library, ["GLIBCXX_3.4.32"]);
        Assert.Equal(
            ElfVersions.Needed(Library, Standard).Where(version => version != "GLIBCXX_3.4.32"),
            ElfVersions.Needed(copy, Standard)
        );
        Assert.Equal(Library.Length, copy.Length);
        Assert.InRange(Library.Zip(copy).Count(pair => pair.First != pair.Second), 3, Marker.Length + 3);
        Assert.Equal(-1, copy.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"\0{Marker}\0")));
        // the original stays as it is
        Assert.NotEqual(-1, Library.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"\0{Marker}\0")));
    }

    [Theory, InlineData("GLIBCXX_3.4.32"), InlineData("GLIBCXX_3.4.32", "GLIBCXX_3.4.30")]
    public void Copies_load_and_answer(params string[] missing)
    {
        using var file = new TemporaryFile(ElfVersions.Without(Library, missing));
        LibTorchLibrary.Load(); // what the copy needs beside libstdc++
        var handle = NativeLibrary.Load(file.Path);
        Assert.NotEqual(0, NativeLibrary.GetExport(handle, "THSTorch_get_num_threads"));
        NativeLibrary.Free(handle);
    }

    [Fact]
    public void A_copy_of_the_copy_is_the_same()
    {
        var copy = ElfVersions.Without(Library, ["GLIBCXX_3.4.32"]);
        Assert.Equal(copy, ElfVersions.Without(copy, ["GLIBCXX_3.4.32"]));
        Assert.Equal(Library, ElfVersions.Without(Library, ["GLIBCXX_9.9.99"]));
    }

    [Fact]
    public void A_version_whose_symbols_nothing_stands_in_for_is_named()
    {
        var message = Assert
            .Throws<InvalidDataException>(() => ElfVersions.Without(Library, ["GLIBCXX_3.4.29"]))
            .Message;
        Assert.Contains("_ZSt28__throw_bad_array_new_lengthv", message);
        Assert.Contains("GLIBCXX_3.4.29", message);
    }

    [
        Theory,
        InlineData(0),
        InlineData(3),
        InlineData(63),
        InlineData(64),
        InlineData(4_000),
        InlineData(300_000),
        InlineData(2_000_000)
    ]
    public void A_file_that_was_cut_off_is_refused(int length) =>
        Assert.Throws<InvalidDataException>(() => ElfVersions.Without(Library.AsSpan(0, length), ["GLIBCXX_3.4.32"]));

    /// <summary>Whatever stands in the tables, there is a copy or an <see cref="InvalidDataException"/>.</summary>
    [Property(MaxTest = 300)]
    public void Damaged_tables_are_refused_or_copied(int seed)
    {
        var random = new Random(seed);
        byte[] damaged = [.. Library];
        // The head, the tables of symbols and versions (the first 300 kB), and the section headers at the end.
        (int Start, int Length)[] places = [(0, 64), (0x298, 300_000), (damaged.Length - 3_000, 3_000)];
        for (var i = 0; i < 20; i++)
        {
            (var start, var length) = places[random.Next(places.Length)];
            damaged[start + random.Next(length)] = (byte)random.Next(256);
        }

        try
        {
            Assert.Equal(damaged.Length, ElfVersions.Without(damaged, ["GLIBCXX_3.4.32"]).Length);
        }
        catch (InvalidDataException) { }
    }

    [Fact]
    public void Versions_that_a_library_defines_are_found()
    {
        var text = Encoding.ASCII.GetBytes("x\0GLIBCXX_3.4.30\0GLIBCXX_3.4\0CXXABI_1.3\0GLIBCXX_no end");
        Assert.Equal(
            ["GLIBCXX_3.4", "GLIBCXX_3.4.30"],
            ElfVersions.Defined(text, "GLIBCXX").Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void The_real_reason_is_said()
    {
        var text = LibTorchLibrary.TooOld(
            ["GLIBCXX_3.4.32"],
            "/usr/lib/libstdc++.so.6.0.30",
            "GLIBCXX_3.4.30",
            "a name in it has no end"
        );
        foreach (
            var part in new[]
            {
                "needs GLIBCXX_3.4.32",
                "/usr/lib/libstdc++.so.6.0.30 has GLIBCXX_3.4.30 at most",
                "a name in it has no end",
                "Debian 13",
                "Ubuntu 24.04",
            }
        )
        {
            Assert.Contains(part, text);
        }
    }

    private sealed class TemporaryFile : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("elf-");

        public TemporaryFile(byte[] content)
        {
            Path = System.IO.Path.Combine(_folder.FullName, "lib.so");
            File.WriteAllBytes(Path, content);
        }

        public string Path { get; }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
