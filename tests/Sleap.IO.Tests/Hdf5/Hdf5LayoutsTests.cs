namespace Sleap.IO.Tests;

/// <summary>Every layout of HDF5 is read as h5py reads it, or refused by name.</summary>
public sealed class Hdf5LayoutsTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Hdf5Made.Small, "*.h5").Select(f => Path.GetFileName(f)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void AFileOfTheRepositoryIsReadAsH5pyReadsIt(string name) =>
        Hdf5Made.AssertIsRead(Path.Combine(Hdf5Made.Small, name), Hdf5Made.Expected(Hdf5Made.Small)[name]!);

    [SkippableFact]
    public void FilesOfEveryVersionAreReadAsH5pyReadsThem()
    {
        Skip.IfNot(Hdf5Made.CanMake, "h5py is not there.");
        using var files = new TestFiles();
        Hdf5Made.Make(files.Folder, seed: 1);
        var expected = Hdf5Made.Expected(files.Folder);
        Assert.True(expected.Count > 20);
        foreach (var (name, told) in expected)
            Hdf5Made.AssertIsRead(files.New(name), told!);
    }
}
