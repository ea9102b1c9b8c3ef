namespace Microsoft.ML.Data;

internal static class RandomOrder
{
    /// <summary>The numbers below <paramref name="count"/>, shuffled.</summary>
    public static int[] Of(int count, Random rand)
    {
        int[] order = Enumerable.Range(0, count).ToArray();
        for (int i = 0; i < count; i++)
        {
            int other = i + rand.Next(count - i);
            (order[i], order[other]) = (order[other], order[i]);
        }
        return order;
    }
}
