using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using PureHDF;

namespace Sleap.IO.Tests;

/// <summary>Whatever is written reads as it was: any sizes, chunks and names.</summary>
public sealed class Hdf5WriterPropertyTests
{
    private static readonly byte[] Whole = [0x10, 8, 0, 0, 4, 0, 0, 0, 0, 0, 32, 0];
    private static readonly Hdf5Type Int = new(Hdf5Type.Kinds.Integer, 4);

    [Property(MaxTest = 60)]
    public Property AnyArrayInAnyChunks() =>
        Prop.ForAll(
            Gen.Choose(1, 4)
                .SelectMany(rank =>
                    Gen.Choose(1, 9)
                        .ArrayOf(rank)
                        .Zip(Gen.Choose(1, 12).ArrayOf(rank), (sizes, chunk) => (sizes, chunk))
                )
                .Zip(Gen.Elements(true, false), (shape, isPacked) => (shape.sizes, shape.chunk, isPacked))
                .ToArbitrary(),
            given =>
            {
                using var files = new TestFiles();
                var path = files.New("any.h5");
                long[] sizes = [.. given.sizes.Select(s => (long)s)];
                var values = Enumerable.Range(-5, (int)sizes.Aggregate((a, b) => a * b)).ToArray();
                var bytes = values.SelectMany(BitConverter.GetBytes).ToArray();
                using (var file = Hdf5Writer.Create(path))
                {
                    file.Raw(
                        "chunked",
                        new Hdf5Raw(Int, Whole, sizes, bytes, []) { Chunk = given.chunk, IsPacked = given.isPacked }
                    );
                    file.Numbers<int>("plain", values, sizes);
                    file.Complete();
                }
                using var ours = Hdf5Reader.Open(path);
                Assert.Equal(sizes, ours.Sizes("chunked"));
                Assert.Equal(values, ours.ReadNumbers<int>("chunked"));
                Assert.Equal(values, ours.ReadNumbers<int>("plain"));
                using var pure = H5File.OpenRead(path);
                Assert.Equal(values, pure.Dataset("/chunked").Read<int[]>());
            }
        );

    [Property(MaxTest = 15)]
    public Property AnyArrayInAnyChunksReadByAnother() =>
        Prop.ForAll(
            Gen.Choose(1, 3)
                .SelectMany(rank =>
                    Gen.Choose(1, 30).ArrayOf(rank).Zip(Gen.Choose(1, 5).ArrayOf(rank), (s, c) => (s, c))
                )
                .ListOf(4)
                .ToArbitrary(),
            given =>
            {
                using var files = new TestFiles();
                var path = files.New("any.h5");
                using (var file = Hdf5Writer.Create(path))
                {
                    foreach (var (number, (sizes, chunk)) in given.Index())
                    {
                        var bytes = Values(sizes).SelectMany(BitConverter.GetBytes).ToArray();
                        var raw = new Hdf5Raw(Int, Whole, [.. sizes.Select(s => (long)s)], bytes, []);
                        file.Raw($"g/{number}", raw with { Chunk = chunk, IsPacked = number % 2 == 0 });
                    }
                    file.Complete();
                }
                var found = OtherProgram.Python("dump_h5.py", path);
                foreach (var (number, (sizes, _)) in given.Index())
                    Hdf5WriterTests.AssertIs(found[$"/g/{number}"]!, "<i4", Values(sizes), sizes);
            }
        );

    [Property(MaxTest = 100)]
    public Property AnyTextsAndNames() =>
        Prop.ForAll(
            ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => Plain(s.Get)).ListOf().ToArbitrary(),
            texts =>
            {
                using var files = new TestFiles();
                var path = files.New("any.h5");
                string[] names = [.. texts.Select(t => $"_{t.Replace('/', '_')}").Distinct()];
                using (var file = Hdf5Writer.Create(path))
                {
                    file.Texts("texts", [.. texts]);
                    foreach (var (number, name) in names.Index())
                    {
                        file.Numbers<int>($"group/{name}", [number], []);
                        file.VariableTextAttribute($"group/{name}", name, name);
                    }
                    file.Complete();
                }
                using var ours = Hdf5Reader.Open(path);
                Assert.Equal(texts, ours.ReadTexts("texts"));
                Assert.Equal(
                    Enumerable.Range(0, names.Length),
                    names.Select(name => ours.ReadNumbers<int>($"group/{name}").Single())
                );
                Assert.All(names, name => Assert.Equal(name, ours.ReadTextAttribute($"group/{name}", name)));
            }
        );

    private static int[] Values(int[] sizes) => [.. Enumerable.Range(-5, sizes.Aggregate((a, b) => a * b))];

    /// <summary>Without what ends a text or is no text: zeros, spaces at the end, halves of characters.</summary>
    private static string Plain(string text) =>
        string.Concat(text.Where(c => c != '\0' && !char.IsSurrogate(c))).TrimEnd(' ');
}
