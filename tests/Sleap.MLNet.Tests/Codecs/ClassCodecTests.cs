using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class ClassCodecTests
{
    private static readonly GoldenCalls Targets = new("ops/targets_identity.safetensors");
    private static readonly GoldenCalls Identity = new("ops/identity.safetensors");

    public static TheoryData<string> Drawn => [.. Targets.Cases("generate_class_maps")];

    public static TheoryData<string> Vectors => [.. Identity.Cases("get_class_inds_from_vectors")];

    /// <summary>
    /// What the README says is right as it stands; the other cases are those that sleap-nn scrambles.
    /// </summary>
    private static readonly string[] Right =
    [
        "class_maps_two_instances_two_classes",
        "class_maps_two_instances_swapped",
        "class_maps_one_instance",
        "class_maps_threshold0.6",
    ];

    [Theory, MemberData(nameof(Drawn))]
    public void Class_maps_equal_those_of_sleap_nn(string name)
    {
        using var scope = NewDisposeScope();
        var expected = Targets.Tensor($"{name}/maps");
        Assert.InRange(Golden.Difference(expected, Draw(name, true)), 0, 1e-6);
        var unscrambled = Golden.Difference(expected, Draw(name, false));
        if (Right.Contains(name))
            Assert.InRange(unscrambled, 0, 1e-6);
        else
            Assert.True(unscrambled > 0.5);
    }

    [Fact]
    public void An_animal_is_marked_in_the_map_of_its_class_and_in_no_other()
    {
        using var scope = NewDisposeScope();
        var points = tensor(new float[] { 4, 4, 28, 4, 4, 28 }, new long[] { 1, 3, 1, 2 });
        var maps = new ClassMap(3, 4, 1).Encode(points, tensor(new long[] { 2, -1, 0 }, new long[] { 1, 3 }), 32, 32);
        Assert.Equal(
            [0f, 0, 1, 0, 0, 0, 1, 0, 0],
            new[] { (1, 1), (1, 7), (7, 1) }.SelectMany(place =>
                Enumerable.Range(0, 3).Select(c => maps[0, c, place.Item1, place.Item2].item<float>())
            )
        );
    }

    [Fact]
    public void Class_vectors_equal_those_of_sleap_nn()
    {
        using var scope = NewDisposeScope();
        var vectors = new ClassVector((int)Targets.Argument("class_vectors", "n_classes")!).Encode(
            Targets.Tensor("class_vectors/class_inds")
        );
        Assert.Equal(0, Golden.Difference(Targets.Tensor("class_vectors/vectors"), vectors));
    }

    [Theory, MemberData(nameof(Vectors))]
    public void Classes_from_vectors_equal_those_of_sleap_nn(string name)
    {
        using var scope = NewDisposeScope();
        var probabilities = Identity.Tensor($"{name}/peak_class_probs");
        (var classes, var chances) = new ClassVector((int)probabilities.size(1), 0).Decode(probabilities);
        Assert.Equal(Identity.Floats($"{name}/class_inds"), classes.Select(number => (float)number));
        Assert.Equal(Identity.Floats($"{name}/class_probs"), chances);
    }

    [Fact]
    public void No_animal_gets_a_class_that_it_hardly_is()
    {
        using var scope = NewDisposeScope();
        var both = tensor(new float[] { 1, 3e-9f, 0.9999f, 0.0001f }, new long[] { 2, 2 });
        (var classes, var chances) = new ClassVector(2).Decode(both);
        Assert.Equal([0, -1], classes);
        Assert.Equal([1, float.NaN], chances);
        Assert.Equal([0, 1], new ClassVector(2, 0).Decode(both).Classes);
        // The second is more like the first one's class, which is taken; two crops of one animal are not two animals.
        Assert.Equal(
            [0, 1],
            new ClassVector(2)
                .Decode(
                    tensor(
                        new float[,]
                        {
                            { 0.95f, 0.05f },
                            { 0.58f, 0.42f },
                        }
                    )
                )
                .Classes
        );
        Assert.Equal(
            [0, 1],
            new ClassVector(2)
                .Decode(
                    tensor(
                        new float[,]
                        {
                            { 0.99f, 0.01f },
                            { 0.94f, 0.06f },
                        }
                    )
                )
                .Classes
        );
        Assert.Equal(
            [0, -1],
            new ClassVector(2)
                .Decode(
                    tensor(
                        new float[,]
                        {
                            { 0.98f, 0.02f },
                            { 0.97f, 0.03f },
                        }
                    )
                )
                .Classes
        );
        Assert.Empty(new ClassVector(2).Decode(zeros(new long[] { 0, 2 })).Classes);
    }

    [Fact]
    public void Animals_from_class_maps_equal_those_of_sleap_nn()
    {
        using var scope = NewDisposeScope();
        const string Name = "classify_from_maps";
        var peaks = new LocalPeaks(
            Identity.Tensor($"{Name}/peak_points"),
            Identity.Tensor($"{Name}/peak_vals"),
            Identity.Tensor($"{Name}/peak_sample_inds").to(ScalarType.Int64),
            Identity.Tensor($"{Name}/peak_channel_inds").to(ScalarType.Int64)
        );
        var maps = Identity.Tensor($"{Name}/class_maps");
        foreach (var layout in new[] { maps, ChannelsLast.Convert(maps) })
        {
            var animals = new ClassMap((int)maps.size(1), 1, 1).Decode(
                layout,
                peaks,
                (int)Identity.Argument(Name, "n_channels")!
            );
            Assert.Equal(0, Golden.Difference(Identity.Tensor($"{Name}/points"), animals.Points));
            Assert.Equal(0, Golden.Difference(Identity.Tensor($"{Name}/point_vals"), animals.Values));
            Assert.Equal(0, Golden.Difference(Identity.Tensor($"{Name}/class_probs"), animals.Probabilities));
        }
    }

    /// <summary>
    /// sleap-nn's grouping of bare peaks, as class maps of one row that hold each peak's probabilities.
    /// </summary>
    [
        Theory,
        InlineData("group_more_peaks_than_classes"),
        InlineData("group_fewer_peaks_than_classes"),
        InlineData("group_none")
    ]
    public void Grouping_equals_that_of_sleap_nn(string name)
    {
        using var scope = NewDisposeScope();
        var probabilities = Identity.Tensor($"{name}/peak_class_probs");
        long count = probabilities.size(0),
            classes = probabilities.size(1),
            samples = (long)Identity.Argument(name, "n_samples")!,
            nodes = (long)Identity.Argument(name, "n_channels")!;
        var maps = probabilities.transpose(0, 1).unsqueeze(0).unsqueeze(2).expand(samples, classes, 1, count);
        if (count == 0)
            maps = zeros(new[] { samples, classes, 1, 1 });
        var numbers = arange(0, count, ScalarType.Float32);
        Tensor channels = Identity.Tensor($"{name}/peak_channel_inds").to(ScalarType.Int64),
            sampleOf = Identity.Tensor($"{name}/peak_sample_inds").to(ScalarType.Int64);
        var peaks = new LocalPeaks(stack(new[] { numbers, zeros(new[] { count }) }, -1), numbers, sampleOf, channels);
        var animals = new ClassMap((int)classes, 1, 1).Decode(maps, peaks, (int)nodes);
        var expected = new HashSet<(float, float)>(
            Identity.Floats($"{name}/peak_inds").Zip(Identity.Floats($"{name}/class_inds"))
        );
        var values = Golden.Floats(animals.Values);
        var found = new HashSet<(float, float)>(
            Enumerable
                .Range(0, values.Length)
                .Where(i => !float.IsNaN(values[i]))
                .Select(i => (values[i], (float)(i / nodes % classes)))
        );
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Of_two_nodes_that_look_like_one_animal_the_less_probable_one_is_the_other_s_where_that_is_probable_enough()
    {
        using var scope = NewDisposeScope();
        // Two peaks of one node: 0.9 and 0.1, 0.7 and 0.3.
        var maps = tensor(new[] { 0.9f, 0.7f, 0.1f, 0.3f }, new long[] { 1, 2, 1, 2 });
        var peaks = new LocalPeaks(
            tensor(new float[] { 0, 0, 1, 0 }, new long[] { 2, 2 }),
            ones(2),
            zeros(2, ScalarType.Int64),
            zeros(2, ScalarType.Int64)
        );
        float[] Found(float? least) =>
            Golden.Floats(
                new ClassMap(2, 1, 1) { MinClassProbability = least }
                    .Decode(maps, peaks, 1)
                    .Probabilities
            );
        Assert.Equal([0.9f, float.NaN], Found(null));
        Assert.Equal([0.9f, 0.3f], Found(0.2f));
        Assert.Equal([0.9f, float.NaN], Found(0.4f));
    }

    [Fact]
    public void Of_two_places_for_a_node_of_one_animal_the_surer_node_is_taken_and_not_the_surer_name()
    {
        using var scope = NewDisposeScope();
        // A faint peak in the middle of the animal, and a strong one at its rim.
        var maps = tensor(new[] { 0.99f, 0.8f, 0.01f, 0.05f }, new long[] { 1, 2, 1, 2 });
        var peaks = new LocalPeaks(
            tensor(new float[] { 0, 0, 1, 0 }, new long[] { 2, 2 }),
            tensor(new[] { 0.25f, 0.9f }),
            zeros(2, ScalarType.Int64),
            zeros(2, ScalarType.Int64)
        );
        float[] Found(float? least) =>
            Golden.Floats(
                new ClassMap(2, 1, 1) { MinClassProbability = least }
                    .Decode(maps, peaks, 1)
                    .Values
            );
        Assert.Equal([0.9f, float.NaN], Found(0.2f));
        // sleap-nn looks at names alone.
        Assert.Equal([0.25f, float.NaN], Found(null));
    }

    private static Tensor Draw(string name, bool scramble)
    {
        var codec = new ClassMap(
            (int)Targets.Argument(name, "num_tracks")!,
            (int)Targets.Argument(name, "output_stride")!,
            (float)Targets.Argument(name, "sigma")!,
            (float)Targets.Argument(name, "class_map_threshold")!
        )
        {
            ScrambleClasses = scramble,
        };
        return codec.Encode(
            Targets.Tensor($"{name}/instances"),
            Targets.Tensor($"{name}/class_inds").unsqueeze(0),
            (int)Targets.Argument(name, "img_hw")![0]!,
            (int)Targets.Argument(name, "img_hw")![1]!
        );
    }
}
