namespace Sleap.IO.Tests;

/// <summary>Disks that are full, names that are taken, and several writers at a time.</summary>
public sealed class Hdf5WriterFaultTests
{
    /// <summary>The disk is full after each number of bytes in turn.</summary>
    [Fact]
    public void AFullDiskIsToldWhereverItHappens()
    {
        var whole = new SmallDisk(long.MaxValue);
        Write(whole);
        var told = new HashSet<string>();
        for (var size = 0L; size < whole.Length; size += 61)
        {
            var fault = Assert.Throws<IOException>(() => Write(new SmallDisk(size)));
            Assert.StartsWith("poses.h5, ", fault.Message);
            Assert.Contains("cannot be written; no space left", fault.Message);
            told.Add(fault.Message.Split(',', ':')[1].Trim());
        }
        Assert.Superset(new HashSet<string>(["table", "numbers", "texts"]), told);
    }

    /// <summary>A program that goes on behind a failed write gets no file that lacks what was to be written.</summary>
    [Fact]
    public void AFileWithAFailedWriteIsNeverComplete()
    {
        var disk = new SmallDisk(1000);
        using var file = new Hdf5Writer(disk, "poses.h5");
        Assert.Throws<IOException>(() => file.Numbers<double>("lost", new double[500], [500]));
        disk.Size = long.MaxValue;
        file.Numbers<double>("kept", new double[500], [500]);
        Assert.Contains("a write has failed before", Assert.Throws<IOException>(file.Complete).Message);
    }

    [SkippableFact]
    public void AFullDeviceIsTold()
    {
        Skip.IfNot(File.Exists("/dev/full"), "There is no device that is always full.");
        using var device = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        Skip.IfNot(device.CanSeek, "The device cannot be positioned.");
        Assert.Contains("poses.h5, ", Assert.Throws<IOException>(() => Write(device)).Message);
    }

    [Fact]
    public void APlaceThatCannotBeWrittenIsTold()
    {
        using var files = new TestFiles();
        var path = files.New("nowhere/poses.h5");
        Assert.Contains(path, Assert.Throws<IOException>(() => Hdf5Writer.Create(path)).Message);
    }

    [Fact]
    public void WhatCannotBeIsRefusedAndTheRestIsWritten()
    {
        using var files = new TestFiles();
        using (var file = Hdf5Writer.Create(files.New("poses.h5")))
        {
            file.Numbers<int>("a/b", [1], [1]);
            file.NumberAttribute("a", "n", 1);
            Assert.Contains("there is an object", Refused(() => file.Group("a")));
            Assert.Contains("there is an object", Refused(() => file.Texts("a/b", [])));
            Assert.Contains("'b' is not a group", Refused(() => file.Group("a/b/c")));
            Assert.Contains("not the name", Refused(() => file.Group("/")));
            Assert.Contains("not the name", Refused(() => file.Group("a\0b")));
            Assert.Contains("no such object", Refused(() => file.NumberAttribute("a/c", "n", 1)));
            Assert.Contains("there is an attribute", Refused(() => file.NumberAttribute("a", "n", 2)));
            Assert.Contains("6 elements", Refused(() => file.Numbers<int>("six", [1, 2], [3, 2])));
            file.Complete();
        }
        var found = OtherProgram.Python("dump_h5.py", files.New("poses.h5"));
        Assert.Equal(["/", "/a", "/a/b"], found.AsObject().Select(o => o.Key));

        static string Refused(Action action) => Assert.Throws<IOException>(action).Message;
    }

    [Fact]
    public void WritersOfSeveralFilesDoNotDisturbEachOther()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Data("centered_pair_predictions.slp"));
        labels.Save(files.New("alone.slp"));
        var alone = File.ReadAllBytes(files.New("alone.slp"));
        Parallel.For(
            0,
            8,
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            i =>
            {
                labels.Save(files.New($"poses{i}.slp"));
                Assert.Equal(alone, File.ReadAllBytes(files.New($"poses{i}.slp")));
            }
        );
    }

    [Fact]
    public void AWriterThatIsNotCompletedLeavesNothingThatReads()
    {
        using var files = new TestFiles();
        using (var file = Hdf5Writer.Create(files.New("poses.h5")))
            file.Numbers<double>("numbers", new double[500], [500]);
        Assert.Throws<PoseFormatException>(() => Hdf5Reader.Open(files.New("poses.h5")));
    }

    private static void Write(Stream stream)
    {
        using var file = new Hdf5Writer(stream, "poses.h5");
        var table = file.Table<SlpNegativeRow>("table", SlpNegativeRow.Fields, expected: 10);
        table.Append(new SlpNegativeRow[25]);
        file.Numbers<double>("numbers", new double[30], [30], isCompressed: true);
        file.Texts("texts", ["one", new string('x', 5000)]);
        file.NumberAttribute("texts", "n", 1);
        file.Complete();
    }

    /// <summary>A stream in memory that takes so many bytes.</summary>
    private sealed class SmallDisk(long size) : MemoryStream
    {
        public long Size { get; set; } = size;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Position + buffer.Length > Size)
                throw new IOException("no space left");
            base.Write(buffer);
        }

        /// <summary>Stays readable, so that its length can be asked for.</summary>
        protected override void Dispose(bool disposing) { }
    }
}
