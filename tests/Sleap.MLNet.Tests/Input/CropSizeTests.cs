using System.Text.Json.Nodes;

namespace Sleap.MLNet.Tests;

public sealed class CropSizeTests
{
    private static readonly JsonNode Table = Golden.Json("ops/crop_size.json");

    [Fact]
    public void Crop_sizes_equal_those_of_sleap_nn()
    {
        foreach (var row in Table["find_instance_crop_size"]!.AsArray())
        {
            var args = row!["args"]!;
            // Other centroids of sleap-nn than the mean of the visible nodes are not offered here.
            var centroid = (string?)(args["centroid_fallback"] ?? args["centroid_method"]);
            if (centroid is not (null or "center_of_mass"))
                continue;
            float[] required =
            [
                .. Animals(args)
                    .Select(points => CropSize.Required(points, (int?)args["anchor_ind"]))
                    .Where(size => !float.IsNaN(size)),
            ];
            Assert.Equal(row["required"]!.AsArray().Select(size => (float)size!), required);
            Assert.Equal(
                (int)row["crop_size"]!,
                CropSize.Of(
                    required,
                    (int?)args["padding"] ?? 0,
                    (int?)args["maximum_stride"] ?? 1,
                    (int?)args["min_crop_size"] ?? 0
                )
            );
        }
    }

    [Fact]
    public void Box_sides_and_paddings_equal_those_of_sleap_nn()
    {
        foreach (var row in Table["find_max_instance_bbox_size"]!.AsArray())
        {
            Assert.Equal(
                (float)row!["size"]!,
                Animals(row["args"]!).Select(points => CropSize.BoxSide(points)).Where(side => !float.IsNaN(side)).Max()
            );
        }

        foreach (var row in Table["compute_augmentation_padding"]!.AsArray())
        {
            float[] args = [.. row!["args"]!.AsArray().Select(number => (float)number!)];
            Assert.Equal(
                (int)row["padding"]!,
                CropSize.AugmentationPadding(args[0], args.ElementAtOrDefault(1), args.Length > 2 ? args[2] : 1)
            );
        }
    }

    [Fact]
    public void A_crop_of_the_size_found_holds_the_whole_animal_and_no_animals_give_one_stride()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            float[] points = [.. Enumerable.Range(0, 8).Select(_ => random.NextSingle() * 100)];
            var size = CropSize.Of([CropSize.Required(points)], 2, 16);
            (var x, var y) = InstanceCentroids.Of(points);
            // Two pixels of padding are for the crop's start at a whole pixel.
            Assert.All(
                points.Chunk(2),
                point =>
                    Assert.True(Math.Abs(point[0] - x) <= (size - 1) / 2f && Math.Abs(point[1] - y) <= (size - 1) / 2f)
            );
        }

        Assert.Equal(16, CropSize.Of([], 0, 16));
    }

    // Animals of all frames in the pixels that frames are fitted into.
    private static IEnumerable<float[]> Animals(JsonNode args)
    {
        var userOnly = (bool?)args["user_instances_only"] ?? false;
        int height = (int)Table["video_height"]!,
            width = (int)Table["video_width"]!;
        var geometry = new FrameGeometry(height, width, 1, 1, (int?)args["max_hw"]?[0], (int?)args["max_hw"]?[1]);
        foreach ((var frame, var animals) in Table["frames_user"]!.AsArray().Index())
        {
            foreach (var animal in animals!.AsArray())
                yield return Scaled(animal!);
            if (frame == 0 && !userOnly)
                yield return Scaled(Table["frame0_predicted"]!);
        }

        float[] Scaled(JsonNode animal) =>
            [
                .. animal
                    .AsArray()
                    .SelectMany(point => point!.AsArray())
                    .Select(number => ((float?)number ?? float.NaN) * geometry.PointScale),
            ];
    }
}
