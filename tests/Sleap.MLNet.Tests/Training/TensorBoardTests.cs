using System.Buffers.Binary;
using System.Text;
using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

public sealed class TensorBoardTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("events-").FullName;
    private readonly SpotFolder _spots = new(8);

    public void Dispose()
    {
        _spots.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void An_event_file_has_the_figures_of_each_epoch_and_a_resumed_run_adds_a_file()
    {
        var (began, network) = (DateTime.UtcNow, Path.Combine(_folder, "single_instance"));
        var first = Fit(2, resume: false);
        var file = Assert.Single(Files());
        var second = Fit(3, resume: true);
        Assert.Equal([1, 2], first.Select(epoch => epoch.Epoch));
        Assert.Equal([3], second.Select(epoch => epoch.Epoch));
        Assert.Equal(2, Files().Length);
        Assert.Equal(file, Files()[0]);

        foreach (
            var (path, start, epochs) in ((string, int, List<TrainingProgress>)[])
                [(Files()[0], 0, first), (Files()[1], first[^1].Step + 1, second)]
        )
        {
            var events = Read(path);
            Assert.All(events, one => Assert.InRange(one.Time, began.AddSeconds(-1), DateTime.UtcNow.AddSeconds(1)));
            Assert.Equal("brain.Event:2", events[0].Version);
            Assert.Equal((start, 1), (events[1].Step, events[1].Session));
            Assert.Equal(epochs.Select(epoch => epoch.Step), events.Skip(2).Select(one => one.Step));
            foreach (var (epoch, values) in epochs.Zip(events.Skip(2), (epoch, one) => (epoch, one.Values)))
            {
                Assert.Equal(
                    ["train/loss", "val/loss", "val/error_px", "learning_rate", "seconds", "val/oks_map", "val/pck"],
                    values.Select(value => value.Tag)
                );
                Assert.Equal((float)epoch.TrainingLoss, values[0].Value);
                Assert.Equal((float)epoch.ValidationLoss, values[1].Value);
                Assert.Equal((float)epoch.LearningRate, values[3].Value);
                Assert.Equal((float)epoch.ValidationPck, values[6].Value);
            }
        }

        string[] Files() => [.. Directory.GetFiles(network, "*tfevents*").Order(StringComparer.Ordinal)];
    }

    [Fact]
    public void Without_a_run_folder_there_is_no_place_for_event_files() =>
        Assert.Contains(
            "TensorBoard is set, but there is no RunFolder",
            Assert
                .Throws<ArgumentException>(() =>
                    new MLContext(1).Pose().SingleInstance(new() { Training = new() { TensorBoard = true } })
                )
                .Message
        );

    private List<TrainingProgress> Fit(int epochs, bool resume)
    {
        var (ml, seen) = (new MLContext(1), new List<TrainingProgress>());
        ml.Pose()
            .SingleInstance(
                SpotFolder.Network(
                    new()
                    {
                        Epochs = epochs,
                        StepsPerEpoch = 2,
                        Seed = 3,
                        RunFolder = _folder,
                        Resume = resume,
                        TensorBoard = true,
                        Progress = new ProgressTo(seen.Add),
                    }
                )
            )
            .Fit(_spots.View(ml))
            .Dispose();
        return seen;
    }

    // Reads the format as TensorFlow describes it, and checks both sums of each record.
    private static List<Event> Read(string path)
    {
        Assert.Equal(0xE3069283, Crc32C("123456789"u8)); // the check value of CRC-32C
        Span<byte> bytes = File.ReadAllBytes(path);
        var events = new List<Event>();
        while (!bytes.IsEmpty)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            Assert.Equal(Masked(bytes[..8]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
            var content = bytes.Slice(12, length);
            Assert.Equal(Masked(content), BinaryPrimitives.ReadUInt32LittleEndian(bytes[(12 + length)..]));
            var one = new Event();
            foreach (var (number, value64, inner) in Fields(content.ToArray()))
            {
                one = number switch
                {
                    1 => one with { Time = DateTime.UnixEpoch.AddSeconds(BitConverter.UInt64BitsToDouble(value64)) },
                    2 => one with { Step = (int)value64 },
                    3 => one with { Version = Encoding.UTF8.GetString(inner) },
                    5 => one with { Values = [.. Fields(inner).Select(value => ValueOf(value.Content))] },
                    7 => one with { Session = (int)Fields(inner).Single(field => field.Number == 1).Value },
                    _ => throw new InvalidDataException($"field {number}"),
                };
            }

            events.Add(one);
            bytes = bytes[(16 + length)..];
        }

        return events;
    }

    private static (string Tag, float Value) ValueOf(byte[] message)
    {
        var fields = Fields(message).ToDictionary(field => field.Number);
        return (Encoding.UTF8.GetString(fields[1].Content), BitConverter.UInt32BitsToSingle((uint)fields[2].Value));
    }

    // Protocol buffers: a varint of number and type, then a varint (0), 8 bytes (1), a length and bytes (2), 4 bytes (5).
    private static List<(int Number, ulong Value, byte[] Content)> Fields(byte[] message)
    {
        var (at, fields) = (0, new List<(int, ulong, byte[])>());
        while (at < message.Length)
        {
            var key = Varint();
            var (value, content) = (0ul, Array.Empty<byte>());
            switch (key & 7)
            {
                case 0:
                    value = Varint();
                    break;
                case 1:
                    value = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                    break;
                case 2:
                    content = Take((int)Varint());
                    break;
                case 5:
                    value = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                    break;
                default:
                    throw new InvalidDataException($"type {key & 7}");
            }

            fields.Add(((int)(key >> 3), value, content));
        }

        return fields;

        byte[] Take(int count) => message[at..(at += count)];

        ulong Varint()
        {
            ulong value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var next = message[at++];
                value |= (ulong)(next & 127) << shift;
                if (next < 128)
                    return value;
            }
        }
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var crc = Crc32C(bytes);
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
    }

    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xffffffffu;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0x82f63b78;
        }
        return ~crc;
    }

    private sealed record Event
    {
        public DateTime Time { get; init; }

        public int Step { get; init; }

        public string Version { get; init; } = "";

        public int Session { get; init; }

        public IReadOnlyList<(string Tag, float Value)> Values { get; init; } = [];
    }
}
