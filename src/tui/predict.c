#include "tui/predict.h"

#include <string.h>

const float *predictions_of(const struct predictions *predictions, int i)
{
    return predictions->probabilities + i * predictions->classes;
}

void predictions_make(struct predictions *predictions, struct evaluator *evaluator,
                      const struct split *split, const uint32_t images[], int count)
{
    const struct evaluation evaluation = {predictions->losses, predictions->predicted,
                                          predictions->probabilities};

    predictions->count = count;
    predictions->classes = split->classes;
    memcpy(predictions->images, images, (size_t)count * sizeof *images);
    evaluate_listed(evaluator, split, images, count, &evaluation);
}
